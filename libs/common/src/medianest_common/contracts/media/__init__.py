"""Search, requests and what becomes of them."""

from uuid import UUID

from medianest_common.contracts.base import Job, Query
from medianest_common.contracts.media.kinds import (
    Availability,
    MediaType,
    RequestSource,
    RequestStatus,
)
from medianest_common.contracts.media.quotas import (
    GetQuota,
    Quota,
    QuotaState,
)
from medianest_common.contracts.media.requests import (
    ApproveRequest,
    CancelRequest,
    CountRequests,
    DeclineBody,
    DeclineRequest,
    GetRequest,
    HistoryEntry,
    ListRequests,
    MediaRequest,
    ReceiveOverseerrWebhook,
    RequestCounts,
    Requester,
    RequestMedia,
    RequestMediaBody,
    RequestSort,
    RetryRequest,
    SeasonChoice,
    SubmitRequest,
)
from medianest_common.contracts.media.titles import (
    Discover,
    GetTitle,
    LibraryPlace,
    PersonResult,
    RequestRef,
    Search,
    SearchPage,
    SearchResult,
    Season,
    ShelfOrder,
    Title,
)
from medianest_common.contracts.personal import DataErased, PersonalData

__all__ = [
    "ApproveRequest",
    "Availability",
    "CancelRequest",
    "CountRequests",
    "DeclineBody",
    "DeclineRequest",
    "Discover",
    "ExportUserData",
    "ForgetEvents",
    "GetQuota",
    "GetRequest",
    "GetTitle",
    "HistoryEntry",
    "LibraryPlace",
    "ListRequests",
    "MediaRequest",
    "MediaType",
    "PersonResult",
    "Quota",
    "QuotaState",
    "ReceiveOverseerrWebhook",
    "RequestCounts",
    "RequestMedia",
    "RequestMediaBody",
    "RequestRef",
    "RequestSort",
    "RequestSource",
    "RequestStatus",
    "Requester",
    "RetryRequest",
    "Search",
    "SearchPage",
    "SearchResult",
    "Season",
    "SeasonChoice",
    "ShelfOrder",
    "SubmitRequest",
    "Title",
    "UserDataErased",
]


class ExportUserData(Query[PersonalData]):
    cursor: str | None = None


class UserDataErased(DataErased):
    pass


class ForgetEvents(Job):
    """As `auth.ForgetEvents`, for the events of this service."""

    user_id: UUID
