"""What titles are called."""

import json
from collections.abc import Sequence, Set
from typing import Any

from sqlalchemy import text

from medianest_common.db import Database
from medianest_media.holdings import Part
from medianest_media.repository.library import FULFILLED_SQL

# One text for any number of titles, so that it is compiled and planned once. Nobody waits for the disk: what a power
# cut takes is seen again.
_REMEMBER_SQL = """
    insert into titles (tmdb_id, media_type, title, year, poster_path, seen_at, seasons, episodes, tvdb_id, imdb_id)
    select tmdb_id, media_type, title, year, poster_path, seen_at, seasons::int[], episodes::jsonb, tvdb_id, imdb_id
      from unnest(
          cast(:tmdb_id as bigint[]), cast(:media_type as text[]), cast(:title as text[]), cast(:year as bigint[]),
          cast(:poster_path as text[]), cast(:seen_at as timestamptz[]), cast(:seasons as text[]),
          cast(:episodes as text[]), cast(:tvdb_id as bigint[]), cast(:imdb_id as text[])
      ) as seen (tmdb_id, media_type, title, year, poster_path, seen_at, seasons, episodes, tvdb_id, imdb_id),
           set_config('synchronous_commit', 'off', true)
     order by tmdb_id, media_type
    on conflict (tmdb_id, media_type) do update set
        title = excluded.title, year = excluded.year, poster_path = excluded.poster_path, seen_at = excluded.seen_at,
        seasons = coalesce(excluded.seasons, titles.seasons),
        episodes = coalesce(excluded.episodes, titles.episodes),
        tvdb_id = coalesce(excluded.tvdb_id, titles.tvdb_id), imdb_id = coalesce(excluded.imdb_id, titles.imdb_id)
"""
_REMEMBER = text(_REMEMBER_SQL)
_REMEMBER_ONE = text(f"with seen as ({_REMEMBER_SQL}) {FULFILLED_SQL}")
_PLAIN = ("tmdb_id", "title", "year", "poster_path", "seen_at", "tvdb_id", "imdb_id")


async def remember_titles(db: Database, rows: Sequence[dict[str, Any]]) -> None:
    """What a list says never erases what a title's own page has told."""
    if rows:
        distinct = {(row["tmdb_id"], row["media_type"]): row for row in rows}
        await db.write(_REMEMBER, _values(list(distinct.values())))


async def remember_title(db: Database, row: dict[str, Any]) -> Set[Part]:
    """Returns what of it was asked for here and is there."""
    values = _values([row]) | {"kind": row["media_type"].value, "id": row["tmdb_id"]}
    return {(row.is_4k, row.season) for row in await db.write(_REMEMBER_ONE, values)}


def _values(rows: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    values: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in _PLAIN}
    values["media_type"] = [row["media_type"].value for row in rows]
    values["seasons"] = [_array(row["seasons"]) for row in rows]
    values["episodes"] = [_json(row["episodes"]) for row in rows]
    return values


def _array(numbers: Sequence[int] | None) -> str | None:
    return None if numbers is None else f"{{{','.join(map(str, numbers))}}}"


def _json(episodes: dict[str, int] | None) -> str | None:
    return None if episodes is None else json.dumps(episodes)
