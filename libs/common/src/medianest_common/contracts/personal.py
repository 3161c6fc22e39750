"""What every service that holds something about people answers when they ask for it, or leave."""

from typing import Any
from uuid import UUID

from medianest_common.contracts.base import Contract, Event

NOBODY = UUID(int=0)
"""Whose is what was kept, without a name, of somebody who has left."""


class PersonalData(Contract):
    """A page of what one service holds about a person: rows by table. Ask on with `next_cursor` until there is none."""

    tables: dict[str, list[dict[str, Any]]]
    next_cursor: str | None = None


class DataErased(Event):
    """A service holds nothing more about this person. `removed` counts what went or was made anonymous, by table.

    Each service tells it in its own name: `UserDataErased` in its own module.
    """

    user_id: UUID
    removed: dict[str, int]
