"""All monitors that were made by people, as one document: to keep, to write by hand, to take to another installation.

It holds no secrets. Those of what is here already stay; others have to be entered again.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from medianest_common.contracts.base import Body, Command, Contract, Query
from medianest_common.contracts.health.managing import (
    MOST_GROUPS,
    MOST_MONITORS,
    Decisions,
    Name,
    NewMonitorBody,
    SpecValues,
)

_MOST_AUTOMATIC = 200

Ref = Annotated[UUID, Field(strict=False)]
"""What it is called within the document: the id of what it was exported from, or any other."""


class CarriedGroup(Body):
    ref: Ref
    name: Name


class CarriedAutomatic(Body):
    """Stands there so that others can depend on it, wherever there is one with this key."""

    ref: Ref
    key: str = Field(min_length=1, max_length=100)


class CarriedMonitor(NewMonitorBody):
    """`group_id` and `depends_on` are refs of this document."""

    ref: Ref
    secrets: list[Annotated[str, Field(max_length=200)]] = Field(default=[], max_length=30)
    """Those that it had, so that one knows what to enter."""


class MonitorsDocument(Body):
    version: Literal[1] = 1
    groups: Annotated[list[CarriedGroup], Field(max_length=MOST_GROUPS)] = []
    automatic: Annotated[list[CarriedAutomatic], Field(max_length=_MOST_AUTOMATIC)] = []
    monitors: Annotated[list[CarriedMonitor], Field(max_length=MOST_MONITORS)]

    @model_validator(mode="after")
    def _each_once(self) -> "MonitorsDocument":
        parts = (self.groups, self.automatic, self.monitors)
        refs = [each.ref for part in parts for each in part]
        if len(set(refs)) != len(refs):
            raise ValueError("each ref stands for one thing")
        return self


class ImportMonitorsBody(Body):
    document: MonitorsDocument
    dry_run: bool = True
    """Says what would happen, and changes nothing."""


class CarriedValues(Contract):
    ref: UUID
    decisions: Decisions
    spec: SpecValues = Field(repr=False)
    paused: bool
    secrets: list[str]


class CarriedThing(Contract):
    ref: UUID
    id: UUID | None
    """None for what a dry run would make."""
    name: str
    remarks: list[str] = []


class CarriedPushToken(Contract):
    id: UUID
    name: str
    push_token: str = Field(repr=False)
    push_path: str = Field(repr=False)


class CarriedOver(Contract):
    dry_run: bool
    created: list[CarriedThing]
    updated: list[CarriedThing]
    unchanged: list[CarriedThing]
    left: list[CarriedThing]
    """What could not be taken over; `remarks` says why."""
    push_tokens: list[CarriedPushToken]
    """Of push monitors that were made: shown this once."""


class Exported(Contract):
    """A `MonitorsDocument` as it is written, without what is secret; or as much of it as one message holds."""

    version: Literal[1] = 1
    groups: list[CarriedGroup]
    automatic: list[CarriedAutomatic]
    monitors: list[dict[str, Any]]
    next_cursor: str | None


class ExportMonitors(Query[Exported]):
    cursor: str | None = None


class ImportMonitors(Command[CarriedOver]):
    groups: dict[UUID, str]
    """Names by ref."""
    automatic: dict[UUID, str]
    """Keys by ref."""
    monitors: list[CarriedValues]
    dry_run: bool
