"""What administrators decide about monitors: which there are, how they are looked at, and who may see them."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, SecretStr, model_validator

from medianest_common.contracts.base import Body, Command, Contract, Nothing, Page, Query, Timestamp
from medianest_common.contracts.health.kinds import MonitorSpec
from medianest_common.contracts.health.monitors import MonitorState, MonitorStatus, Visibility

MOST_MONITORS = 1000
MOST_AT_ONCE = 500
MOST_GROUPS = 100
MOST_DEPENDENCIES = 20

_Id = Annotated[UUID, Field(strict=False)]
_Ids = Annotated[list[_Id], Field(max_length=MOST_MONITORS)]


def _one_line(text: str) -> str:
    text = " ".join(text.split())
    # What joins letters and the parts of a symbol cannot be seen, but belongs to them.
    if not text or not text.replace("\u200c", "").replace("\u200d", "").isprintable():
        raise ValueError("has to be one line of text")
    return text


Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_one_line)]


class Origin(StrEnum):
    AUTOMATIC = "automatic"
    """Made for what the settings name, or for a part of the installation."""
    MANUAL = "manual"
    IMPORTED = "imported"


class _Decided(Body):
    """All but what it looks at."""

    name: Name
    group_id: UUID | None = Field(default=None, strict=False)
    visibility: Visibility = Field(default=Visibility.ADMINS, strict=False)
    interval_seconds: int = Field(default=60, ge=20, le=86_400)
    timeout_seconds: float = Field(default=10.0, ge=1, le=60)
    """Shorter than the interval."""
    failures: int = Field(default=2, ge=1, le=10)
    """Down if so many of the last `out_of` checks have failed."""
    out_of: int = Field(default=3, ge=1, le=10)
    successes: int = Field(default=2, ge=1, le=10)
    """Over if so many checks in a row were well."""
    slow_ms: float | None = Field(default=None, ge=1, le=60_000)
    """An answer that takes longer is degraded."""
    inverted: bool = False
    """Well is what fails."""
    reminder_seconds: int | None = Field(default=None, ge=300, le=604_800)
    depends_on: Annotated[list[_Id], Field(max_length=MOST_DEPENDENCIES)] = []
    """While one of these is down, nobody is told that this one is."""

    @model_validator(mode="after")
    def _fit(self) -> "_Decided":
        if self.timeout_seconds >= self.interval_seconds:
            raise ValueError("timeoutSeconds has to be less than intervalSeconds")
        if self.failures > self.out_of:
            raise ValueError("failures cannot be more than outOf")
        return self


class NewMonitorBody(_Decided):
    spec: MonitorSpec
    paused: bool = False


class MonitorBody(_Decided):
    """The whole of it. `spec` is left out for an automatic one, whose settings say what it looks at.

    A secret that `spec` leaves out stays as long as scheme, host, port and user are the same; null takes it away.
    """

    spec: MonitorSpec | None = None
    version: int = Field(ge=1, le=2**53 - 1)
    """The one that was read: 409 if it has been changed since."""


class TryMonitorBody(Body):
    """`id` is the monitor whose secrets count where `spec` leaves them out."""

    spec: MonitorSpec
    timeout_seconds: float = Field(default=10.0, ge=1, le=15)
    id: UUID | None = Field(default=None, strict=False)


class MonitorOrderBody(Body):
    ids: _Ids


class BulkAction(StrEnum):
    VISIBILITY = "visibility"
    PAUSE = "pause"
    RESUME = "resume"
    GROUP = "group"
    DELETE = "delete"


class BulkBody(Body):
    """All of them or none. `visibility` belongs to that action, and `group_id` to `group`, null for none."""

    ids: Annotated[list[_Id], Field(min_length=1, max_length=MOST_AT_ONCE)]
    action: BulkAction = Field(strict=False)
    visibility: Visibility | None = Field(default=None, strict=False)
    group_id: UUID | None = Field(default=None, strict=False)

    @model_validator(mode="after")
    def _fit(self) -> "BulkBody":
        if (self.visibility is not None) != (self.action is BulkAction.VISIBILITY):
            raise ValueError("visibility belongs to the action of that name")
        if self.group_id is not None and self.action is not BulkAction.GROUP:
            raise ValueError("groupId belongs to the action group")
        return self


class Monitor(Contract):
    id: UUID
    name: str
    kind: str
    origin: Origin
    target: str
    """For people: where it looks, without anything secret."""
    made_by: str | None
    """Of an automatic one: what has to go from the settings for it to go; None for parts of the installation."""
    spec: dict[str, Any] | None
    """What it looks at, but for the secrets; None for an automatic one."""
    secrets: list[str]
    """Those that are set."""
    group_id: UUID | None
    visibility: Visibility
    position: int
    paused: bool
    enabled: bool
    """False for what the settings name no more; its history is kept."""
    interval_seconds: int
    timeout_seconds: float
    failures: int
    out_of: int
    successes: int
    slow_ms: float | None
    inverted: bool
    reminder_seconds: int | None
    depends_on: list[UUID]
    external_ref: str | None
    version: int
    created_at: Timestamp
    updated_at: Timestamp
    standing: MonitorStatus


class MonitorMade(Contract):
    """Of a push monitor, the token that it reports with: shown this once, and kept as a hash."""

    monitor: Monitor
    push_token: str | None = Field(default=None, repr=False)
    push_path: str | None = Field(default=None, repr=False)
    """Behind the address of the portal: what is to be called, with GET or POST."""


class CheckReport(Contract):
    status: MonitorState
    latency_ms: float | None
    message: str | None
    at: Timestamp


class Checked(Contract):
    """`report` is None where nothing was found yet when the time was up."""

    report: CheckReport | None


class BulkDone(Contract):
    changed: int
    """How many were otherwise before."""


class Decisions(Contract):
    """What an administrator decides, as it travels."""

    name: str
    group_id: UUID | None
    visibility: Visibility
    interval_seconds: int
    timeout_seconds: float
    failures: int
    out_of: int
    successes: int
    slow_ms: float | None
    inverted: bool
    reminder_seconds: int | None
    depends_on: list[UUID]


type SpecValues = dict[str, Any]
"""Those fields of a `MonitorSpec` that were given, with their secrets: see `given`."""


def given(spec: MonitorSpec) -> dict[str, Any]:
    """What was said, and what was left out is left out; secrets as they are, to be sealed where this arrives."""
    return {
        name: _plain(value) for name, value in spec.model_dump(by_alias=False, exclude_unset=True).items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value


class ListManaged(Query[Page[Monitor]]):
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None
    q: str | None = None
    group_id: UUID | None = None
    monitor_kind: str | None = None
    origin: Origin | None = None
    visibility: Visibility | None = None


class GetManaged(Query[Monitor]):
    id: UUID


class CreateMonitor(Command[MonitorMade]):
    """With an `id` that there is already it was made before, and its token was told."""

    id: UUID | None = None
    decisions: Decisions
    spec: SpecValues = Field(repr=False)
    paused: bool = False


class ChangeMonitor(Command[Monitor]):
    id: UUID
    decisions: Decisions
    spec: SpecValues | None = Field(repr=False)
    version: int | None = None


class DeleteMonitor(Command[Nothing]):
    id: UUID


class PauseMonitor(Command[Monitor]):
    id: UUID
    paused: bool


class CheckMonitor(Command[Checked]):
    id: UUID


class TryMonitor(Command[CheckReport]):
    spec: SpecValues = Field(repr=False)
    timeout_seconds: float
    id: UUID | None = None


class RenewPushToken(Command[MonitorMade]):
    """What was reported with so far is worth nothing any more."""

    id: UUID


class ChangeManyMonitors(Command[BulkDone]):
    ids: list[UUID]
    action: BulkAction
    visibility: Visibility | None = None
    group_id: UUID | None = None


class OrderMonitors(Command[Nothing]):
    ids: list[UUID]


class GetMonitor(Query[MonitorStatus]):
    """One that the caller may see."""

    id: UUID


class Heartbeat(StrEnum):
    UP = "up"
    DOWN = "down"


class RecordHeartbeat(Command[Nothing]):
    token: str = Field(repr=False)
    status: Heartbeat
    message: str | None
    latency_ms: float | None
