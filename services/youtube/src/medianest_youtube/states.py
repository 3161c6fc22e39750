"""The states of an asset, by what they mean for others."""

from medianest_common.contracts.youtube import DownloadStatus

RUNNING = frozenset({DownloadStatus.DOWNLOADING, DownloadStatus.PROCESSING})
"""A worker is at it, and it has a lease."""
STORED = frozenset({DownloadStatus.IMPORTING, DownloadStatus.READY})
"""The file is there."""
OVER = frozenset({DownloadStatus.CANCELLED, DownloadStatus.REMOVED})
"""Nobody waits for it any more. Asked for again it begins anew."""
TO_COME = RUNNING | {DownloadStatus.QUEUED, DownloadStatus.WAITING, DownloadStatus.PAUSED}
"""Not there yet, and on its way without anybody's doing or until somebody lets it go on."""
