"""Who is asking. Built by the gateway from a verified token; the services trust it because only the gateway calls."""

from enum import StrEnum
from uuid import UUID

from medianest_common.contracts.base import Contract, Timestamp


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    USER = "user"


class Caller(Contract):
    """`auth_time` is when the person last proved who they are, not when the token was made."""

    user_id: UUID
    session_id: UUID
    role: Role
    name: str
    auth_time: Timestamp

    @property
    def is_admin(self) -> bool:
        return self.role in (Role.OWNER, Role.ADMIN)
