"""What the downloads for a request come to."""

from collections.abc import Sequence
from datetime import datetime

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.progress import DownloadProgress, DownloadState
from medianest_media.adapters.backend import Download, DownloadStatus

_FIRST = (
    DownloadStatus.DOWNLOADING,
    DownloadStatus.IMPORTING,
    DownloadStatus.STUCK,
    DownloadStatus.FAILED,
    DownloadStatus.QUEUED,
    DownloadStatus.PAUSED,
)
"""What several together are said to do: one that moves says more than one that does not."""


def is_for(
    download: Download, media_type: MediaType, tmdb_id: int, seasons: Sequence[int], *, is_4k: bool
) -> bool:
    if (download.media_type, download.tmdb_id, download.is_4k) != (media_type, tmdb_id, is_4k):
        return False
    return not download.seasons or not seasons or not set(seasons).isdisjoint(download.seasons)


def together(downloads: Sequence[Download], *, now: datetime) -> DownloadProgress | None:
    """Each counts once by its id, however many rows of the queue it has."""
    distinct = _not_replaced(list({download.id: download for download in downloads}.values()))
    if not distinct:
        return None
    size = sum(max(0, download.size) for download in distinct)
    left = sum(min(max(0, download.left), max(0, download.size)) for download in distinct)
    states = {download.status for download in distinct}
    troubles = [download.trouble for download in distinct if download.trouble]
    return DownloadProgress(
        percent=(size - left) * 100 // size if size else None,
        size=size,
        left=left,
        eta=_eta(distinct, now=now),
        state=DownloadState(next(state for state in _FIRST if state in states)),
        trouble=troubles[0] if troubles else None,
        items=len(distinct),
    )


def _not_replaced(downloads: Sequence[Download]) -> list[Download]:
    """Without what has failed and is being loaded anew: it stays in the queue until somebody clears it."""
    alive = [download for download in downloads if download.status is not DownloadStatus.FAILED]
    return [download for download in downloads if download in alive or not _covered(download, alive)]


def _covered(failed: Download, alive: Sequence[Download]) -> bool:
    return any(not other.seasons or set(failed.seasons) <= set(other.seasons) for other in alive)


def _eta(downloads: Sequence[Download], *, now: datetime) -> datetime | None:
    """When the last of those that move will be done. A queue names a time that is over for what is paused."""
    moving = [d for d in downloads if d.status is DownloadStatus.DOWNLOADING and d.left > 0]
    times = [d.eta for d in moving if d.eta is not None and d.eta > now]
    return max(times) if times and len(times) == len(moving) else None
