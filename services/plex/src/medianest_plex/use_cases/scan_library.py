from pathlib import PurePath, PurePosixPath, PureWindowsPath

from medianest_common.bus import require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.plex.changes import Scan, ScanLibrary
from medianest_common.errors import FieldError
from medianest_plex.adapters import changing
from medianest_plex.adapters.changing import Place
from medianest_plex.app import PlexApp
from medianest_plex.auditing import decided
from medianest_plex.collecting import asking_plex, changed
from medianest_plex.errors import NoSuchLibrary, PathOutsideLibrary


async def scan_library(app: PlexApp, command: ScanLibrary) -> Scan:
    """Plex begins to look for new files; what it finds comes into the index by itself."""
    require(Permission.MANAGE_LIBRARY)
    async with asking_plex():
        place = await the_place(app, command.library_key)
        if command.path is not None and not any(lies_below(command.path, f) for f in place.folders):
            raise PathOutsideLibrary(
                "Name a folder of this library as the media server sees it.",
                errors=[FieldError("path", "must lie in one of the library's own folders")],
            )
        await changing.scan(app.plex.pms, place.key, path=command.path, token=app.plex.token)
    async with app.db.transaction() as tx:
        decided(tx, "library_scan", f"library:{place.key}")
    await changed(app, place.key)
    return Scan(library_key=place.key, running=True, title=place.title)


async def the_place(app: PlexApp, key: str) -> Place:
    found = await changing.places(app.plex.pms, token=app.plex.token)
    place = next((place for place in found if place.key == key), None)
    if place is None:
        raise NoSuchLibrary("Look it up in the list of libraries.")
    return place


def lies_below(path: str, folder: str) -> bool:
    """By the rules of the system the media server runs on, which its folders show."""
    kind: type[PurePath] = PurePosixPath if folder.startswith("/") else PureWindowsPath
    asked, own = kind(path), kind(folder)
    if not asked.is_absolute() or ".." in asked.parts or any(not each.isprintable() for each in path):
        return False
    return asked.is_relative_to(own)
