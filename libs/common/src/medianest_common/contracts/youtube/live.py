"""What open pages see of downloads while they run."""

from uuid import UUID

from medianest_common.contracts.base import Contract, Query
from medianest_common.contracts.live import LiveStates
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import Progress


class DownloadShown(Contract):
    """`position` is that in the queue, `progress` that of a running download."""

    download_id: UUID
    status: DownloadStatus
    progress: Progress | None
    position: int | None


class ReadDownloadStates(Query[LiveStates]):
    """Downloads that run now, everybody's, for the gateway itself."""
