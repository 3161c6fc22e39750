"""How far a request is, said by an administrator where no system fetches things."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Body, Command
from medianest_common.contracts.media import MediaRequest


class Mark(StrEnum):
    PROCESSING = "processing"
    AVAILABLE = "available"
    FAILED = "failed"


class MarkRequestBody(Body):
    status: Mark = Field(strict=False)
    reason: str | None = Field(default=None, max_length=500)
    """Shown with the state; what failed needs one."""


class MarkRequest(Command[MediaRequest]):
    id: UUID
    status: Mark
    reason: str | None = None
