"""What happened: the audit log, one's own sign-ins, and the figures of everybody's."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.auth import Session
from medianest_common.contracts.base import Command, Contract, Moment, Nothing, Page, Query, Timestamp


class Somebody(Contract):
    """`name` is None once the account is gone."""

    id: UUID
    name: str | None


class AuditItem(Contract):
    """`user` is whom it is about, `actor` who did it where that is somebody else. `place` is shortened (/24 or /48)."""

    id: UUID
    at: Timestamp
    action: str
    result: str
    reason: str | None
    method: str | None
    user: Somebody | None
    actor: Somebody | None
    target: str | None
    session_id: UUID | None
    place: str
    browser: str


class AuditVerdict(Contract):
    """`up_to` is the last entry that was checked, `head_hash` its hash: note both, and ask later with `seq` and `hash`
    whether the log still holds that very entry. Not `complete` when there was no time for all: go on with `after`.
    """

    intact: bool
    complete: bool
    first: int
    """The oldest entry that is still held, or would be."""
    up_to: int
    head_hash: str
    waiting: int
    """Entries of the last moments that are not chained yet."""
    first_broken: int | None = None
    problem: str | None = None


class GetAudit(Query[Page[AuditItem]]):
    """The newest first. `user` finds what was done by somebody as well as to them."""

    user: UUID | None = None
    action: str | None = Field(default=None, max_length=64, pattern=r"^[a-z0-9_]+$")
    from_: Moment | None = None
    to: Moment | None = None
    """Not included."""
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class VerifyAudit(Query[AuditVerdict]):
    after: int = Field(default=0, ge=0, lt=2**63)
    seq: int | None = Field(default=None, ge=1, lt=2**63)
    hash: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class Unusual(StrEnum):
    NEW_DEVICE = "new_device"
    NEW_NETWORK = "new_network"
    AFTER_FAILURES = "after_failures"


class UnusualReason(Contract):
    code: Unusual
    text: str


class SignInSeen(Contract):
    at: Timestamp
    method: str
    result: str
    reason: str | None
    browser: str
    platform: str
    place: str
    session_id: UUID | None
    unusual: list[UnusualReason]


class SignInCount(Contract):
    """`from_day` is a day, or the Monday of a week."""

    from_day: date
    signed_in: int
    refused: int


class MethodCount(Contract):
    method: str
    signed_in: int
    last_at: Timestamp | None = None


class Activity(Contract):
    """One's own sign-ins, days and weeks by one's own time zone. Nothing older than `kept_days` is kept."""

    sessions: list[Session]
    per_day: list[SignInCount]
    per_week: list[SignInCount]
    methods: list[MethodCount]
    unusual: list[SignInSeen]
    recent: list[SignInSeen]
    time_zone: str
    kept_days: int


class GetActivity(Query[Activity]):
    days: int = Field(default=30, ge=1, le=366)


class ActiveUsers(Contract):
    """Who used the portal today (UTC), and in the last seven and thirty days, today included."""

    day: int
    week: int
    month: int


class DayOfSignIns(Contract):
    day: date
    active_users: int
    signed_in: int
    refused: int
    by_method: dict[str, int]
    refused_by_reason: dict[str, int]


class LockedOut(Contract):
    """Counters that are full at this moment, by what they count."""

    accounts: int
    networks: int
    others: int


class SignInFigures(Contract):
    """`locked_out` is None while the counters cannot be read. Days are UTC."""

    active_users: ActiveUsers
    per_day: list[DayOfSignIns]
    methods: dict[str, int]
    failures: dict[str, int]
    sessions_live: int
    locked_out: LockedOut | None
    kept_days: int


class GetSignInFigures(Query[SignInFigures]):
    days: int = Field(default=30, ge=1, le=366)


class EndOtherSessions(Command[Nothing]):
    """Ends all of the caller's sessions but the present one."""


class ForgetDevice(Command[Nothing]):
    """The browser that shows this device token is no longer known: the next sign-in from it counts as new."""

    device_token: str = Field(repr=False)
