"""How far what a request waits for has been downloaded."""

from enum import StrEnum

from medianest_common.contracts.base import Contract, Timestamp

REQUEST_PROGRESS = "media.request.progress"
"""The live frame with a request's `requestId` and `download`, to whoever asked for it or follows it and to
administrators. `download` is None once there is none any more."""


class DownloadState(StrEnum):
    QUEUED = "queued"
    DOWNLOADING = "downloading"
    PAUSED = "paused"
    IMPORTING = "importing"
    STUCK = "stuck"
    """Nothing moves on before somebody looks at it; `trouble` says why."""
    FAILED = "failed"


class DownloadProgress(Contract):
    """Of everything that is downloaded for one request, together. A season pack is one item."""

    percent: int | None
    """None while nobody knows how large it is."""
    size: int
    left: int
    eta: Timestamp | None
    state: DownloadState
    trouble: str | None
    """What the queue says is wrong, in its own words."""
    items: int
