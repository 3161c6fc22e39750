"""Times during which monitors may be down, and nobody is told."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from medianest_common.contracts.base import Body, Command, Contract, Nothing, Page, Query, Timestamp
from medianest_common.contracts.health.managing import MOST_GROUPS, MOST_MONITORS, Name

MOST_MAINTENANCES = 200
_LONGEST_SECONDS = 30 * 86_400


def _readable(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("there is no such time") from None
    return text


LocalTime = Annotated[
    str,
    Field(pattern=r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$"),
    AfterValidator(_readable),
]
"""By the clock on the wall, as `2026-03-29T02:30`."""


class MaintenanceBody(Body):
    """Once, or again and again by a rule of RFC 5545, in some place's time."""

    title: Name
    """For administrators."""
    public_title: Name | None = None
    """On pages for everybody and in their feeds; without it, "Maintenance"."""
    description: str | None = Field(default=None, max_length=2000)
    zone: str = Field(min_length=1, max_length=64)
    """Such as `Europe/Berlin`."""
    starts_at_local: LocalTime
    """An hour that the clocks leave out in spring is one later that day; of one that comes twice it is the first."""
    duration_seconds: int = Field(ge=60, le=_LONGEST_SECONDS)
    rule: str | None = Field(default=None, min_length=1, max_length=300)
    """Such as `FREQ=WEEKLY;BYDAY=SU` or `FREQ=MONTHLY;BYDAY=-1FR`: days, weeks, months or years, with `INTERVAL`,
    `COUNT` or `UNTIL` (a local time), `BYDAY`, `BYMONTHDAY`, `BYMONTH`, `BYHOUR`, `BYMINUTE`, `BYSETPOS` and `WKST`."""
    everything: bool = False
    monitor_ids: Annotated[list[Annotated[UUID, Field(strict=False)]], Field(max_length=MOST_MONITORS)] = []
    group_ids: Annotated[list[Annotated[UUID, Field(strict=False)]], Field(max_length=MOST_GROUPS)] = []
    """Whatever is in these groups at the time."""

    @model_validator(mode="after")
    def _about_something(self) -> "MaintenanceBody":
        if self.everything == bool(self.monitor_ids or self.group_ids):
            raise ValueError("it is for everything, or for monitorIds and groupIds")
        return self


class ChangedMaintenanceBody(MaintenanceBody):
    version: int = Field(ge=1, le=2**53 - 1)
    """The one that was read: 409 if it has been changed, ended or called off since."""


class MaintenanceState(StrEnum):
    ACTIVE = "active"
    SCHEDULED = "scheduled"
    ENDED = "ended"


class MaintenanceWindow(Contract):
    starts_at: Timestamp
    ends_at: Timestamp
    starts_at_local: str
    """With the distance from UTC that the place has then, as `2026-03-29T03:30:00+02:00`."""
    ends_at_local: str


class Maintenance(Contract):
    id: UUID
    title: str
    public_title: str | None
    description: str | None
    zone: str
    starts_at_local: str
    duration_seconds: int
    rule: str | None
    everything: bool
    monitor_ids: list[UUID]
    group_ids: list[UUID]
    state: MaintenanceState
    windows: list[MaintenanceWindow]
    """The next ones, from the one that runs on; a few of them at most."""
    external_ref: str | None
    version: int
    created_at: Timestamp
    updated_at: Timestamp


class MaintenancePlan(Contract):
    """What an administrator plans, as it travels."""

    title: str
    public_title: str | None = None
    description: str | None
    zone: str
    starts_at_local: str
    duration_seconds: int
    rule: str | None
    everything: bool
    monitor_ids: list[UUID]
    group_ids: list[UUID]


class ListMaintenances(Query[Page[Maintenance]]):
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class GetMaintenance(Query[Maintenance]):
    id: UUID


class PlanMaintenance(Command[Maintenance]):
    plan: MaintenancePlan


class ChangeMaintenance(Command[Maintenance]):
    id: UUID
    plan: MaintenancePlan
    version: int


class EndMaintenance(Command[Maintenance]):
    """The window that runs is over now; those after it come as planned, unless it is called off for good."""

    id: UUID
    for_good: bool


class DeleteMaintenance(Command[Nothing]):
    id: UUID
