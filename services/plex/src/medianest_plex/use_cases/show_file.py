from pathlib import PurePosixPath, PureWindowsPath

from medianest_common.contracts.plex.arriving import FileState, ShowFile, ShownFile
from medianest_plex.adapters import arriving, changing
from medianest_plex.adapters.changing import Place
from medianest_plex.adapters.coercion import to_key
from medianest_plex.app import PlexApp
from medianest_plex.collecting import asking_plex, changed
from medianest_plex.folders import library_above
from medianest_plex.shown import plex_page

_SCAN_AGAIN_SECONDS = 8.0
"""Of many files that come into one folder together, Plex looks once."""


async def show_file(app: PlexApp, command: ShowFile) -> ShownFile:
    plex = app.set_up
    if plex is None:
        return ShownFile(state=FileState.NO_PLEX)
    async with asking_plex():
        place = await library_above(app, command.path, key=command.library_key)
        if place is None:
            return ShownFile(state=FileState.NO_LIBRARY)
        found = await arriving.item_of_file(plex.pms, place.key, place.type, command.path, token=plex.token)
        key = to_key(found.get("ratingKey")) if found else None
        if found is None or key is None:
            await _look(app, place, _folder_of(command.path))
            return ShownFile(state=FileState.AWAITED, library_key=place.key, library_title=place.title)
        await arriving.describe(
            plex.pms,
            found,
            place.key,
            type=place.type,
            title=command.title,
            summary=command.summary,
            published_on=command.published_on,
            token=plex.token,
        )
        server = (await plex.pms.identity()).machine_identifier
    await changed(app, place.key)
    return ShownFile(
        state=FileState.SHOWN,
        rating_key=key,
        library_key=place.key,
        library_title=place.title,
        url=plex_page(server, key),
    )


async def _look(app: PlexApp, place: Place, folder: str) -> None:
    async def scan() -> bytes:
        await changing.scan(app.plex.pms, place.key, path=folder, token=app.plex.token)
        return b"scanned"

    await app.cache.get_or_load(f"arriving:{place.key}:{folder}", scan, ttl=_SCAN_AGAIN_SECONDS)


def _folder_of(path: str) -> str:
    kind = PurePosixPath if path.startswith("/") else PureWindowsPath
    return str(kind(path).parent)
