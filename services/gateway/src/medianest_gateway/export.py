"""Everything that is held about a person, collected from all services at once."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from medianest_common.bus import Bus
from medianest_common.contracts import health, media, notifications, plex, youtube
from medianest_common.contracts.auth import people
from medianest_common.contracts.base import Contract, Query, Timestamp
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.personal import PersonalData
from medianest_common.errors import MediaNestError

PART_SECONDS = 6.0
_PAGE_SECONDS = 3.0
PARTS: dict[str, Callable[..., Query[PersonalData]]] = {
    "auth": people.ExportUserData,
    "health": health.ExportUserData,
    "media": media.ExportUserData,
    "notifications": notifications.ExportUserData,
    "plex": plex.ExportUserData,
    "youtube": youtube.ExportUserData,
}
"""The gateway holds nothing about people that outlives a moment."""


class Part(Contract):
    """`complete` is False where the service did not say everything in time; ask once more later."""

    complete: bool
    tables: dict[str, list[dict[str, Any]]]


class Export(Contract):
    made_at: Timestamp
    user_id: UUID
    name: str
    parts: dict[str, Part]
    incomplete: list[str]
    """The services that did not say everything."""


async def export_everything(bus: Bus, caller: Caller, *, now: datetime) -> Export:
    parts = await asyncio.gather(*(_part(bus, query) for query in PARTS.values()))
    named = dict(zip(PARTS, parts, strict=True))
    return Export(
        made_at=now,
        user_id=caller.user_id,
        name=caller.name,
        parts=named,
        incomplete=[name for name, part in named.items() if not part.complete],
    )


async def _part(bus: Bus, query: Callable[..., Query[PersonalData]]) -> Part:
    tables: dict[str, list[dict[str, Any]]] = {}
    cursor: str | None = None
    try:
        async with asyncio.timeout(PART_SECONDS):
            while True:
                page = await bus.call(query(cursor=cursor), timeout=_PAGE_SECONDS)
                for table, rows in page.tables.items():
                    tables.setdefault(table, []).extend(rows)
                cursor = page.next_cursor
                if cursor is None:
                    return Part(complete=True, tables=tables)
    except (MediaNestError, TimeoutError):
        return Part(complete=False, tables=tables)
