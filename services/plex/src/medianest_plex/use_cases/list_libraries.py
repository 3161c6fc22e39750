import asyncio
from collections.abc import Sequence

from medianest_common.contracts.plex import Libraries, Library, ListLibraries
from medianest_common.errors import MediaNestError
from medianest_plex.adapters.answers import Section, TokenRefused
from medianest_plex.app import PlexApp
from medianest_plex.audience import Audience, audience
from medianest_plex.last_good import Answer, fresh_or_kept
from medianest_plex.shelves import INDEXED, is_stale, shelves


async def list_libraries(app: PlexApp, _: ListLibraries) -> Libraries:
    """From the index. Plex is asked for people whom it restricts, and until everything was read once."""
    whose = await audience(app)
    seen = await shelves(app, whose)
    if seen.is_ready and not whose.reads_live:
        items = [
            Library(
                key=shelf.key,
                title=shelf.title,
                type=shelf.type,
                count=shelf.item_count if shelf.type in INDEXED else None,
            )
            for shelf in seen.visible
        ]
        return Libraries(items=items, stale=await is_stale(app, whose, seen))
    libraries = await visible_libraries(app, whose)
    return Libraries(items=libraries.items, stale=libraries.stale)


async def visible_libraries(app: PlexApp, whose: Audience) -> Answer[Library]:
    """As Plex says."""

    async def load() -> Sequence[Library]:
        sections = await app.plex.pms.sections(token=token)
        return await asyncio.gather(*(_library(app, section, token=token) for section in sections))

    token = whose.token if whose.reads_live else app.plex.token
    found = await fresh_or_kept(app, whose, "libraries", of=Library, load=load)
    if whose.reads_live and not found.stale:
        return found
    return Answer([library for library in found.items if whose.may_see(library.key)], found.stale)


async def _library(app: PlexApp, section: Section, *, token: str) -> Library:
    """Without its count where that cannot be had."""
    try:
        count = await app.plex.pms.count(section, token=token)
    except TokenRefused:
        raise
    except MediaNestError:
        count = None
    return Library(key=section.key, title=section.title, type=section.type, count=count)
