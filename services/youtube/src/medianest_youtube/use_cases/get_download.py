"""One download, for whoever has asked for it and for administrators."""

from uuid import UUID

from medianest_common.bus import require_caller
from medianest_common.contracts.youtube.downloads import Download
from medianest_youtube.app import YoutubeApp
from medianest_youtube.download_views import read_downloads
from medianest_youtube.ownership import DownloadNotFound


async def get_download(app: YoutubeApp, download_id: UUID) -> Download:
    """Raises `DownloadNotFound`."""
    caller = require_caller()
    found = await read_downloads(app, "d.id = :id", for_admin=caller.is_admin, id=download_id)
    if not found or (found[0].requested_by.id != caller.user_id and not caller.is_admin):
        raise DownloadNotFound("There is no such download, or it is somebody else's.")
    return found[0]
