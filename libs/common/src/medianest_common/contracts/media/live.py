"""What open pages see of requests and issues while they change."""

from uuid import UUID

from medianest_common.contracts.base import Contract, Query
from medianest_common.contracts.live import LiveStates
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.media.issues import IssueStatus
from medianest_common.contracts.media.progress import DownloadProgress


class RequestProgress(Contract):
    request_id: UUID
    download: DownloadProgress | None
    """None once there is none any more."""


class RequestMove(Contract):
    request_id: UUID
    status: RequestStatus
    version: int


class IssueMove(Contract):
    issue_id: UUID
    change: str
    status: IssueStatus
    version: int


class ReadProgressStates(Query[LiveStates]):
    """What is being downloaded for requests now, everybody's, for the gateway itself."""
