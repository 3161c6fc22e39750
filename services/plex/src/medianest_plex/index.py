"""Writes to the index: what Plex lists goes in, page by page."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_plex.adapters.answers import Section
from medianest_plex.adapters.records import Row
from medianest_plex.models import Item
from medianest_plex.title_words import near, vocabulary

_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
_LISTED = [column for column in Item.__table__.columns if column.name != "gone_since"]
_NAMES = ", ".join(f'"{column.name}"' for column in _LISTED)
_TYPED = ", ".join(f'"{column.name}" {column.type.compile(_POSTGRESQL)}' for column in _LISTED)
_CHANGES = ", ".join(f'"{c.name}" = excluded."{c.name}"' for c in _LISTED if not c.primary_key)
_MATTERS = (
    "type",
    "title",
    "year",
    "tmdb_id",
    "tvdb_id",
    "imdb_id",
    "parent_key",
    "index",
    "leaf_count",
    "library_id",
)
"""What others care about; the rest changes without anybody being told."""
# A whole page in one parameter. Rows that say the same as before are neither touched nor returned.
_STORE = text(f"""
    insert into items ({_NAMES})
    select {_NAMES} from jsonb_to_recordset(cast(:rows as jsonb)) as r({_TYPED})
        on conflict (server_id, rating_key) do update set {_CHANGES}, gone_since = null
     where items.digest <> excluded.digest
 returning new.rating_key, old.rating_key is null as is_new, old.leaf_count as episodes_before,
           ({", ".join(f'old."{name}"' for name in _MATTERS)}, old.extra->'resolutions')
           is distinct from ({", ".join(f'new."{name}"' for name in _MATTERS)}, new.extra->'resolutions') as matters
""")
_UNKNOWN_WORDS = text("""
    select asked.word from unnest(cast(:words as text[])) as asked(word)
     where not exists (select from title_words known where known.word = asked.word)
""")
_NEW_WORDS = text("""
    insert into title_words (word, near)
    select word, near from jsonb_to_recordset(cast(:words as jsonb)) as r(word text, near text[])
        on conflict do nothing
""")
_PARENTS = text("""
    select rating_key, tmdb_id, tvdb_id, imdb_id from items
     where server_id = :server and rating_key = any(cast(:keys as bigint[]))
""")
# Plex gives an item another number when a file is replaced or a library rebuilt; its guid stays.
_ELSEWHERE = text("""
    select new.rating_key
      from jsonb_to_recordset(cast(:rows as jsonb)) as new(rating_key bigint, library_id bigint, guid text)
     where exists (select from items old where old.guid = new.guid and old.rating_key <> new.rating_key)
""")
_COUNT = text("""
    select count(*) from items
     where library_id = :library and (not :top or type in ('movie', 'show', 'artist'))
       and (:missing or gone_since is null)
""")
_LIBRARIES = text("""
    insert into libraries (server_id, key, type, title, agent, hidden, position, item_count)
    select :server, key, type, title, agent, hidden, position, 0
      from jsonb_to_recordset(cast(:sections as jsonb))
        as r(key bigint, type text, title text, agent text, hidden boolean, position bigint)
        on conflict (server_id, key) do update
       set type = excluded.type, title = excluded.title, agent = excluded.agent, hidden = excluded.hidden,
           position = excluded.position, gone_since = null
     where (libraries.type, libraries.title, libraries.agent, libraries.hidden, libraries.position)
           is distinct from
           (excluded.type, excluded.title, excluded.agent, excluded.hidden, excluded.position)
        or libraries.gone_since is not null
""")
_LIBRARIES_MISSED = text("""
    update libraries set gone_since = :now
     where server_id = :server and gone_since is null
       and not (key in (select unnest(cast(:keys as bigint[]))))
""")
_LIBRARIES_GONE = text("""
    select id from libraries where server_id = :server and gone_since <= :before
""")


class Stored(NamedTuple):
    """`changed` are those that did in something others care about."""

    added: list[Row]
    changed: list[Row]
    episodes_before: dict[int, int]
    """Of those that had any, by rating key."""


class Index:
    """Never commits: the transaction it was made from does."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def store(self, rows: Sequence[Row]) -> Stored:
        if not rows:
            return Stored([], [], {})
        # In one order for everybody, so that two who store the same page do not wait for each other in a ring.
        rows = sorted(rows, key=itemgetter("rating_key"))
        by_key = {row["rating_key"]: row for row in rows}
        found = (await self._session.execute(_STORE, {"rows": json.dumps(rows)})).all()
        await self._learn([by_key[row.rating_key] for row in found])
        return Stored(
            [by_key[row.rating_key] for row in found if row.is_new],
            [by_key[row.rating_key] for row in found if not row.is_new and row.matters],
            {row.rating_key: row.episodes_before for row in found if row.episodes_before is not None},
        )

    async def _learn(self, rows: Iterable[Row]) -> None:
        """In the order of the alphabet, so that two who learn the same words do not wait for each other in a ring."""
        words = vocabulary(row["search_text"] or "" for row in rows)
        unknown = await self._session.scalars(_UNKNOWN_WORDS, {"words": list(words)})
        learned = [{"word": word, "near": near(word)} for word in sorted(unknown)]
        if learned:
            await self._session.execute(_NEW_WORDS, {"words": json.dumps(learned)})

    async def keep_libraries(
        self, server_id: int, sections: Iterable[Section], *, now: datetime, wait: timedelta
    ) -> list[int]:
        """Returns the ids of libraries that are gone for good, at the second sighting too."""
        listed = [
            {
                "key": int(section.key),
                "type": section.type,
                "title": section.title,
                "agent": section.agent,
                "hidden": section.hidden,
                "position": position,
            }
            for position, section in enumerate(sections)
        ]
        keys = [section["key"] for section in listed]
        await self._session.execute(_LIBRARIES, {"server": server_id, "sections": json.dumps(listed)})
        gone = await self._session.execute(_LIBRARIES_GONE, {"server": server_id, "before": now - wait})
        ids = list(gone.scalars())
        await self._session.execute(_LIBRARIES_MISSED, {"server": server_id, "keys": keys, "now": now})
        return ids

    async def ids_of_parents(
        self, server_id: int, rows: Iterable[Mapping[str, Any]]
    ) -> dict[int, Mapping[str, Any]]:
        """The external ids of the shows that the seasons among `rows` belong to, by rating key."""
        keys = {row["parent_key"] for row in rows if row["type"] == "season" and row["parent_key"]}
        if not keys:
            return {}
        found = await self._session.execute(_PARENTS, {"server": server_id, "keys": list(keys)})
        return {row["rating_key"]: dict(row) for row in found.mappings()}

    async def known_elsewhere(self, rows: Iterable[Row]) -> set[int]:
        """Those that are in the index under another number already."""
        asked = [
            {name: row[name] for name in ("rating_key", "library_id", "guid")} for row in rows if row["guid"]
        ]
        if not asked:
            return set()
        return set((await self._session.execute(_ELSEWHERE, {"rows": json.dumps(asked)})).scalars())

    async def count(self, library_id: int, *, top: bool = False, missing: bool = True) -> int:
        """`top`: films, shows and artists only. Without `missing`, without those that wait for a second sighting."""
        values = {"library": library_id, "top": top, "missing": missing}
        return int((await self._session.execute(_COUNT, values)).scalar_one())
