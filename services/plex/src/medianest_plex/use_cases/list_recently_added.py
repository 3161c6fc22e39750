import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from medianest_common.bus import Raw
from medianest_common.contracts.plex import Library, LibraryItem, LibraryItems, ListRecentlyAdded
from medianest_common.errors import Forbidden, MediaNestError
from medianest_plex.adapters.answers import Section
from medianest_plex.app import PlexApp
from medianest_plex.audience import Audience, audience
from medianest_plex.errors import NoSuchLibrary
from medianest_plex.last_good import Answer, fresh_or_kept
from medianest_plex.mapping import as_library_item
from medianest_plex.recent_items import recent_items
from medianest_plex.shelves import is_stale, shelves
from medianest_plex.shown import listed
from medianest_plex.use_cases.list_libraries import visible_libraries

MOST = 100
_SHOWN = ("movie", "show", "artist")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


async def list_recently_added(app: PlexApp, query: ListRecentlyAdded) -> Raw | LibraryItems:
    """The newest of one library, or of all that the caller may see, as one list.

    From the index. Plex is asked for people whom it restricts, and until everything was read once.
    """
    whose = await audience(app)
    seen = await shelves(app, whose)
    if seen.is_ready and not whose.reads_live:
        chosen = [seen.shelf(query.library).id] if query.library is not None else seen.ids
        async with app.db.read() as connection:
            items = await recent_items(connection, chosen, most=query.limit)
        return listed(items, images=app.images, stale=await is_stale(app, whose, seen))
    newest = await newest_of(app, whose, library=query.library)
    return LibraryItems(items=newest.items[: query.limit], stale=newest.stale)


async def newest_of(app: PlexApp, whose: Audience, *, library: str | None = None) -> Answer[LibraryItem]:
    """As Plex says."""
    libraries = await visible_libraries(app, whose)
    if libraries.stale:
        whose = replace(whose, plex_answers=False)
    if library is not None and library not in [each.key for each in libraries.items]:
        raise NoSuchLibrary("Take a library from the list of libraries.")
    shown = [each for each in libraries.items if each.type in _SHOWN and library in (None, each.key)]
    answers = await asyncio.gather(*(_newest(app, whose, each) for each in shown), return_exceptions=True)
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
