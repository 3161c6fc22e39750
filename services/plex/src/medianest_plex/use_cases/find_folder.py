from medianest_common.bus import require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.plex.arriving import FindFolder, FolderFound, FolderState
from medianest_plex.app import PlexApp
from medianest_plex.collecting import asking_plex
from medianest_plex.folders import library_above


async def find_folder(app: PlexApp, query: FindFolder) -> FolderFound:
    require(Permission.SEE_INTERNALS)
    if app.set_up is None:
        return FolderFound(state=FolderState.NO_PLEX)
    async with asking_plex():
        place = await library_above(app, query.path)
    if place is None:
        return FolderFound(state=FolderState.NO_LIBRARY)
    return FolderFound(state=FolderState.FOUND, library_key=place.key, library_title=place.title)
