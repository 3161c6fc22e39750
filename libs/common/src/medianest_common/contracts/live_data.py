"""What `data` holds in each type of passing state."""

from medianest_common.contracts.base import Contract
from medianest_common.contracts.health import MONITOR_CHANGED, MonitorStatus
from medianest_common.contracts.media.live import IssueMove, RequestMove, RequestProgress
from medianest_common.contracts.media.progress import REQUEST_PROGRESS
from medianest_common.contracts.notifications import InboxCount, InboxPin
from medianest_common.contracts.plex.live import ScanProgress
from medianest_common.contracts.plex.playback import SCAN_PROGRESSED, SESSION_CHANGED, PlaySession
from medianest_common.contracts.youtube.downloads import DOWNLOAD_PROGRESS
from medianest_common.contracts.youtube.live import DownloadShown

STATES: dict[str, type[Contract]] = {
    "inbox.counted": InboxCount,
    "inbox.pinned": InboxPin,
    "request.moved": RequestMove,
    "issue.changed": IssueMove,
    REQUEST_PROGRESS: RequestProgress,
    DOWNLOAD_PROGRESS: DownloadShown,
    SESSION_CHANGED: PlaySession,
    SCAN_PROGRESSED: ScanProgress,
    MONITOR_CHANGED: MonitorStatus,
}
LASTING = (DOWNLOAD_PROGRESS, REQUEST_PROGRESS, SESSION_CHANGED, MONITOR_CHANGED)
"""Types whose states last beyond the frame they were told in, so that there are snapshots of them."""
