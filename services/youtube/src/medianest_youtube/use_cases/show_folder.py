"""Where downloads are kept, and whether the household will see them in Plex."""

import structlog

from medianest_common.bus import require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.plex.arriving import FindFolder, FolderFound, FolderState
from medianest_common.contracts.youtube.tools import FolderReport, GetFolder
from medianest_common.errors import MediaNestError
from medianest_youtube.app import YoutubeApp
from medianest_youtube.disk import DiskSilent, free_space

log = structlog.get_logger()

_TIMEOUT = 6.0


async def show_folder(app: YoutubeApp, _: GetFolder) -> FolderReport:
    require(Permission.SEE_INTERNALS)
    in_plex = app.settings.youtube_plex_dir or str(app.folder)
    found = await _found(app, in_plex)
    return FolderReport(
        path=str(app.folder),
        path_in_plex=in_plex,
        free_bytes=await _free(app),
        state=found.state,
        library_title=found.library_title,
    )


async def _found(app: YoutubeApp, path: str) -> FolderFound:
    try:
        return await app.bus.call(FindFolder(path=path), timeout=_TIMEOUT)
    except MediaNestError as error:
        log.info("plex_not_asked", error_code=error.code)
        return FolderFound(state=FolderState.UNKNOWN)


async def _free(app: YoutubeApp) -> int | None:
    try:
        return await free_space(app.folder)
    except DiskSilent:
        return None
