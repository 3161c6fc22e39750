"""The queue as a whole: its pauses, what people may still use of it, and figures."""

from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Query, Timestamp
from medianest_common.contracts.youtube import FailureCode


class QueuePause(Contract):
    code: FailureCode | None
    """None: an administrator has stopped it."""
    reason: str
    since: Timestamp
    until: Timestamp | None
    """When it goes on by itself."""


class Queue(Contract):
    queued: int
    running: int
    waiting: int
    failed: int
    slots: int
    pause: QueuePause | None


class PauseQueueBody(Body):
    reason: str = Field(default="An administrator has paused the downloads.", min_length=1, max_length=300)


class GetQueue(Query[Queue]):
    pass


class PauseQueue(Command[Queue]):
    reason: str


class ResumeQueue(Command[Queue]):
    pass


class DownloadQuota(Contract):
    """`limit` None means unlimited. Bytes are of what the person has asked for and is there or on its way."""

    limit_per_hour: int | None
    used_in_hour: int
    remaining: int | None
    resets_at: Timestamp | None
    limit_bytes: int | None
    used_bytes: int
    disk_free: int
    disk_reserve: int
    """Below this much free space nothing begins."""


class GetDownloadQuota(Query[DownloadQuota]):
    pass


class PersonDownloadQuota(Contract):
    """What an administrator has laid down for one person, None where nothing, and what follows from it."""

    user_id: UUID
    name: str
    limit_per_hour: int | None
    limit_bytes: int | None
    quota: DownloadQuota


class DownloadLimitsBody(Body):
    limit_per_hour: int | None = Field(ge=0, le=100_000)
    limit_bytes: int | None = Field(ge=0, le=10**15)


class GetPersonDownloadQuota(Query[PersonDownloadQuota]):
    user_id: UUID


class SetDownloadLimits(Command[PersonDownloadQuota]):
    user_id: UUID
    limit_per_hour: int | None
    limit_bytes: int | None


class ChannelUse(Contract):
    channel: str
    videos: int
    bytes: int


class PersonUse(Contract):
    user_id: UUID
    name: str
    videos: int
    bytes: int


class DownloadStats(Contract):
    """Of everybody for an admin, of the caller otherwise."""

    videos: int
    bytes: int
    finished_30d: int
    failed_30d: int
    success_rate_30d: float | None
    by_channel: list[ChannelUse]
    """The ten that take most."""
    by_person: list[PersonUse]
    """For administrators."""
    failures_30d: dict[str, int]


class GetDownloadStats(Query[DownloadStats]):
    pass


STOP_DOWNLOAD = "live.youtube.stop"
"""Where all replicas are told at once that a download is not wanted any more; the body is the asset's id in hex."""
