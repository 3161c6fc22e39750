"""What administrators have decided, for the audit log, where no event of its own says so."""

from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Event


class Decided(Event):
    """Each service tells it in its own name: `AdminDecided` in its own module."""

    action: str = Field(pattern=r"^[a-z0-9_]+$", max_length=64)
    """As the audit log calls it."""
    about: str = Field(max_length=200)
    """What it was done to, such as `collection:4711`."""
    actor_id: UUID
