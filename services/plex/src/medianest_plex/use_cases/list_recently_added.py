import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from medianest_common.contracts.plex import Library, LibraryItem, LibraryItems, ListRecentlyAdded
from medianest_common.errors import Forbidden, MediaNestError
from medianest_plex.adapters.pms import Section
from medianest_plex.app import PlexApp
from medianest_plex.audience import Audience, audience
from medianest_plex.last_good import Answer, fresh_or_kept
from medianest_plex.mapping import as_library_item
from medianest_plex.use_cases.list_libraries import visible_libraries

MOST = 100
_SHOWN = ("movie", "show", "artist")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


async def list_recently_added(app: PlexApp, query: ListRecentlyAdded) -> LibraryItems:
    """The newest of all libraries the caller may see, as one list."""
    newest = await newest_of(app, await audience(app))
    return LibraryItems(items=newest.items[: query.limit], stale=newest.stale)


async def newest_of(app: PlexApp, whose: Audience) -> Answer[LibraryItem]:
    libraries = await visible_libraries(app, whose)
    if libraries.stale:
        whose = replace(whose, plex_answers=False)
    shown = [library for library in libraries.items if library.type in _SHOWN]
    answers = await asyncio.gather(
        *(_newest(app, whose, library) for library in shown), return_exceptions=True
    )
    items: list[LibraryItem] = []
    failures: list[BaseException] = []
    stale = libraries.stale
    for answer in answers:
        if isinstance(answer, BaseException):
            failures.append(answer)
        else:
            items += answer.items
            stale = stale or answer.stale
    _raise_unless_partial(failures, of=len(answers))
    items.sort(key=lambda item: item.added_at or _LONG_AGO, reverse=True)
    return Answer(items, stale=stale or bool(failures))


async def _newest(app: PlexApp, whose: Audience, library: Library) -> Answer[LibraryItem]:
    section = Section(library.key, library.title, library.type)
    token = whose.token if whose.reads_live else app.plex.token

    async def load() -> Sequence[LibraryItem]:
        found = await app.plex.pms.newest(section, limit=MOST, token=token)
        return [as_library_item(item, images=app.images) for item in found]

    return await fresh_or_kept(app, whose, f"newest:{section.key}", of=LibraryItem, load=load)


def _raise_unless_partial(failures: Sequence[BaseException], *, of: int) -> None:
    """One library that cannot be read does not hide the others."""
    for failure in failures:
        if isinstance(failure, Forbidden) or not isinstance(failure, MediaNestError) or len(failures) == of:
            raise failure
