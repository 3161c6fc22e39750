import asyncio
from collections.abc import Sequence

from medianest_common.contracts.plex import Libraries, Library, ListLibraries
from medianest_common.errors import MediaNestError
from medianest_plex.adapters.pms import Section, TokenRefused
from medianest_plex.app import PlexApp
from medianest_plex.audience import Audience, audience
from medianest_plex.last_good import Answer, fresh_or_kept


async def list_libraries(app: PlexApp, _: ListLibraries) -> Libraries:
    libraries = await visible_libraries(app, await audience(app))
    return Libraries(items=libraries.items, stale=libraries.stale)


async def visible_libraries(app: PlexApp, whose: Audience) -> Answer[Library]:
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
