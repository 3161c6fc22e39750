"""Invitations: how somebody without an account is let in."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field, SecretStr

from medianest_common.contracts.auth import ClientInfo, SignInResult
from medianest_common.contracts.base import Body, Command, Contract, Event, Nothing, Page, Query, Timestamp
from medianest_common.contracts.identity import Role

INVITE_DAYS = 7
LONGEST_INVITE_DAYS = 30


class InviteState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Invite(Contract):
    """`email` is the one address it is good for, None when it is good for any."""

    id: UUID
    role: Role
    email: str | None
    note: str | None
    state: InviteState
    created_by: UUID
    created_at: Timestamp
    expires_at: Timestamp
    accepted_by: UUID | None = None
    accepted_at: Timestamp | None = None


class NewInvite(Contract):
    """`url` holds the secret behind its `#` and is shown this once."""

    id: UUID
    url: str
    role: Role
    expires_at: Timestamp


class InviteView(Contract):
    """What an invitation says to whoever holds it."""

    invited_by: str
    role: Role
    expires_at: Timestamp


class InviteBody(Body):
    role: Role = Field(default=Role.USER, strict=False)
    email: str | None = Field(default=None, min_length=3, max_length=254)
    note: str | None = Field(default=None, max_length=200)
    expires_in_days: int = Field(default=INVITE_DAYS, ge=1, le=LONGEST_INVITE_DAYS)


class LookAtInviteBody(Body):
    token: SecretStr = Field(min_length=1, max_length=128)


class AcceptInviteBody(Body):
    token: SecretStr = Field(min_length=1, max_length=128)
    name: str = Field(min_length=1, max_length=80)
    email: str = Field(min_length=3, max_length=254)
    password: SecretStr = Field(min_length=1, max_length=1024)


class CreateInvite(Command[NewInvite]):
    role: Role = Role.USER
    email: str | None = None
    note: str | None = None
    expires_in_days: int = INVITE_DAYS
    client: ClientInfo


class ListInvites(Query[Page[Invite]]):
    """The newest first."""

    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class RevokeInvite(Command[Nothing]):
    invite_id: UUID
    client: ClientInfo


class LookAtInvite(Query[InviteView]):
    token: str = Field(repr=False)
    client: ClientInfo


class AcceptInvite(Command[SignInResult]):
    token: str = Field(repr=False)
    name: str
    email: str
    password: str = Field(repr=False)
    client: ClientInfo


class InviteAccepted(Event):
    """`user_id` is who came, `invited_by` who has to hear of it."""

    invite_id: UUID
    user_id: UUID
    name: str
    invited_by: UUID
