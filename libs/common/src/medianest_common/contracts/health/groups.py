"""The groups in which monitors are shown."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Nothing, Query
from medianest_common.contracts.health.managing import MOST_GROUPS, Name


class GroupBody(Body):
    name: Name


class GroupOrderBody(Body):
    ids: Annotated[list[Annotated[UUID, Field(strict=False)]], Field(max_length=MOST_GROUPS)]


class MonitorGroup(Contract):
    id: UUID
    name: str
    position: int
    monitors: int


class MonitorGroups(Contract):
    items: list[MonitorGroup]


class ListGroups(Query[MonitorGroups]):
    pass


class AddGroup(Command[MonitorGroup]):
    name: str


class RenameGroup(Command[MonitorGroup]):
    id: UUID
    name: str


class RemoveGroup(Command[Nothing]):
    """Its monitors stay, in no group."""

    id: UUID


class OrderGroups(Command[MonitorGroups]):
    ids: list[UUID]
