"""What the household's library holds, and which titles that is."""

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, delete, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from medianest_common.contracts.media import LibraryPlace, MediaType, RequestStatus
from medianest_common.db import Repository
from medianest_media.holdings import NOTHING_KNOWN, Holding, Part
from medianest_media.models import LibraryItem, SeenTitle

type TitleKey = tuple[MediaType, int]

# An item that names its TMDB number is that title and no other; without one it is known by its other numbers.
_HELD_SQL = """
    with asked as (
        select a.media_type, a.tmdb_id, t.tvdb_id, t.imdb_id, t.episodes
          from unnest(cast(:kinds as text[]), cast(:ids as bigint[])) as a(media_type, tmdb_id)
          left join titles t using (media_type, tmdb_id)),
    held as (
        select a.media_type, a.tmdb_id, i.machine_identifier, i.rating_key, i.gone, i.has_4k
          from asked a join library_items i using (media_type, tmdb_id)
        union
        select a.media_type, a.tmdb_id, i.machine_identifier, i.rating_key, i.gone, i.has_4k
          from asked a join library_items i using (media_type, tvdb_id) where i.tmdb_id is null
        union
        select a.media_type, a.tmdb_id, i.machine_identifier, i.rating_key, i.gone, i.has_4k
          from asked a join library_items i using (media_type, imdb_id) where i.tmdb_id is null)
    select a.media_type, a.tmdb_id, a.episodes,
           bool_or(not h.gone) as there, bool_or(not h.gone and h.has_4k) as has_4k,
           jsonb_agg(jsonb_build_array(s.season, s.episode_count, s.gone or h.gone)) filter (where s.season is not null)
               as seasons
      from asked a
      join held h using (media_type, tmdb_id)
      left join library_items s
        on s.machine_identifier = h.machine_identifier and s.parent_key = h.rating_key and s.season is not null
     group by a.media_type, a.tmdb_id, a.episodes
"""
_HELD = text(_HELD_SQL)
_KNOWN = text(f"""
    select t.title, t.year, t.poster_path, t.seasons as regular_seasons, h.there, h.has_4k, h.seasons, h.episodes
      from (values (true)) as always
      left join titles t on t.media_type = :kind and t.tmdb_id = :id
      left join ({_HELD_SQL}) h on true
""")  # noqa: S608


FULFILLED_SQL = f"""
    select c.is_4k, c.season from claims c join requests r on r.id = c.request_id
     where c.media_type = :kind and c.tmdb_id = :id and r.status = '{RequestStatus.AVAILABLE}'
"""  # noqa: S608
_OURS = text(f"""
    select h.there, h.has_4k, h.seasons, h.episodes,
        (select jsonb_agg(jsonb_build_array(f.is_4k, f.season)) from ({FULFILLED_SQL}) f) as fulfilled
      from (values (true)) as always
      left join ({_HELD_SQL}) h on true
""")  # noqa: S608
_MOST_PLACES = 20
_PLACE = "i.machine_identifier, i.rating_key, i.server_name, i.library_title, i.has_4k, i.season, i.gone"
_PLACES = text(f"""
    with asked as (select * from titles where media_type = :kind and tmdb_id = :id),
    held as (
        select {_PLACE} from library_items i where i.media_type = :kind and i.tmdb_id = :id
        union
        select {_PLACE} from asked join library_items i using (media_type, tvdb_id) where i.tmdb_id is null
        union
        select {_PLACE} from asked join library_items i using (media_type, imdb_id) where i.tmdb_id is null)
    select machine_identifier, rating_key, server_name, library_title, has_4k as is_4k
      from held where season is null and not gone
     order by machine_identifier, library_title, rating_key limit :most
""")  # noqa: S608


async def read_holdings(
    session: AsyncSession | AsyncConnection, titles: Iterable[TitleKey]
) -> dict[TitleKey, Holding]:
    """Of those titles that the library has or had."""
    keys = list(dict.fromkeys(titles))
    if not keys:
        return {}
    values = {"kinds": [kind.value for kind, _ in keys], "ids": [tmdb_id for _, tmdb_id in keys]}
    rows = (await session.execute(_HELD, values)).mappings()
    return {(MediaType(row["media_type"]), row["tmdb_id"]): _holding(row) for row in rows}


class Known(NamedTuple):
    """Of a title, by ourselves. `title` None: it was never seen."""

    title: str | None
    year: int | None
    poster_path: str | None
    seasons: Sequence[int]
    holding: Holding


async def read_known(connection: AsyncConnection, media_type: MediaType, tmdb_id: int) -> Known:
    """What it is called and what the library has of it, in one statement."""
    row = (await connection.execute(_KNOWN, _one(media_type, tmdb_id))).mappings().one()
    return Known(
        title=row["title"],
        year=row["year"],
        poster_path=row["poster_path"],
        seasons=row["regular_seasons"] or (),
        holding=_holding_if_any(row),
    )


class Ours(NamedTuple):
    """Of a title."""

    holding: Holding
    fulfilled: Set[Part]
    """What was asked for here and is there."""


async def read_ours(connection: AsyncConnection, media_type: MediaType, tmdb_id: int) -> Ours:
    row = (await connection.execute(_OURS, _one(media_type, tmdb_id))).mappings().one()
    return Ours(_holding_if_any(row), {(is_4k, season) for is_4k, season in _list(row["fulfilled"])})


def _one(media_type: MediaType, tmdb_id: int) -> dict[str, Any]:
    return {"kind": media_type.value, "id": tmdb_id, "kinds": [media_type.value], "ids": [tmdb_id]}


async def read_places(
    session: AsyncSession | AsyncConnection, media_type: MediaType, tmdb_id: int
) -> list[LibraryPlace]:
    """Where it is."""
    values = {"kind": media_type.value, "id": tmdb_id, "most": _MOST_PLACES}
    rows = (await session.execute(_PLACES, values)).mappings()
    return [LibraryPlace(**row) for row in rows]


async def read_holding(
    session: AsyncSession | AsyncConnection, media_type: MediaType, tmdb_id: int
) -> Holding:
    found = await read_holdings(session, [(media_type, tmdb_id)])
    return found.get((media_type, tmdb_id), NOTHING_KNOWN)


class LibraryItems(Repository[LibraryItem]):
    model = LibraryItem

    async def keep(self, values: Mapping[str, Any]) -> bool:
        """Whether it was news: what was seen later holds, in whatever order it comes."""
        made = upsert(LibraryItem).values(values)
        statement = made.on_conflict_do_update(
            index_elements=["machine_identifier", "rating_key"],
            set_={name: made.excluded[name] for name in values},
            where=LibraryItem.seen_at < made.excluded.seen_at,
        )
        return (await self.session.execute(statement.returning(LibraryItem.rating_key))).first() is not None

    async def titles_of(self, machine_identifier: str, rating_key: str) -> Sequence[TitleKey]:
        """Which titles an item of the library may be."""
        item = await self.session.get(LibraryItem, (machine_identifier, rating_key))
        if item is None:
            return []
        if item.tmdb_id is not None:
            return [(item.media_type, item.tmdb_id)]
        known_as = [
            column == value
            for column, value in ((SeenTitle.tvdb_id, item.tvdb_id), (SeenTitle.imdb_id, item.imdb_id))
            if value is not None
        ]
        if not known_as:
            return []
        statement = select(SeenTitle.tmdb_id).where(SeenTitle.media_type == item.media_type, or_(*known_as))
        return [(item.media_type, tmdb_id) for tmdb_id in await self.session.scalars(statement)]

    async def forget_gone(self, *, before: datetime) -> None:
        await self.session.execute(delete(LibraryItem).where(LibraryItem.gone, LibraryItem.seen_at < before))


def _holding_if_any(row: RowMapping) -> Holding:
    return _holding(row) if row["there"] is not None else NOTHING_KNOWN


def _holding(row: RowMapping) -> Holding:
    seasons: dict[int, int] = {}
    gone = set[int]()
    for number, episodes, is_gone in _list(row["seasons"]):
        if is_gone:
            gone.add(number)
        else:
            seasons[number] = max(seasons.get(number, 0), episodes or 0)
    return Holding(
        there=row["there"],
        gone=not row["there"],
        has_4k=row["has_4k"],
        seasons=seasons,
        gone_seasons=frozenset(gone - seasons.keys()),
        episodes={int(number): count for number, count in _dict(row["episodes"]).items()},
    )


def _list(value: Any) -> list[Any]:
    return json.loads(value) if isinstance(value, str) else value or []


def _dict(value: Any) -> dict[str, Any]:
    return json.loads(value) if isinstance(value, str) else value or {}
