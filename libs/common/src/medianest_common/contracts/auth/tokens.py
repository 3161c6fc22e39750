"""Personal tokens, for scripts and apps; and what auth says to a gateway about whoever shows a credential."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.auth import ClientInfo
from medianest_common.contracts.base import Body, Command, Contract, Event, Nothing, Page, Query, Timestamp
from medianest_common.contracts.identity import Role, Scope

TOKEN_DAYS = 90
LONGEST_TOKEN_DAYS = 365


class PersonalToken(Contract):
    """`hint` is the part of the token that is no secret, by which its holder can recognise it."""

    id: UUID
    name: str
    hint: str
    scopes: list[Scope]
    created_at: Timestamp
    expires_at: Timestamp
    last_used_at: Timestamp | None


class NewPersonalToken(PersonalToken):
    """`token` is shown this once."""

    token: str


class PersonalTokenBody(Body):
    name: str = Field(min_length=1, max_length=80)
    scopes: list[Annotated[Scope, Field(strict=False)]] = Field(min_length=1, max_length=len(Scope))
    expires_in_days: int = Field(default=TOKEN_DAYS, ge=1, le=LONGEST_TOKEN_DAYS)


class CreatePersonalToken(Command[NewPersonalToken]):
    name: str
    scopes: list[Scope]
    expires_in_days: int = TOKEN_DAYS
    client: ClientInfo


class ListPersonalTokens(Query[Page[PersonalToken]]):
    """Of the caller, or of somebody else for an administrator."""

    user_id: UUID | None = None


class RevokePersonalToken(Command[Nothing]):
    """One's own, or somebody else's for an administrator."""

    token_id: UUID
    user_id: UUID | None = None
    client: ClientInfo


class Vouched(Contract):
    """Who is behind a credential, and as what. For a personal token `session_id` is the token's id and `scopes` what it
    may be used for; for a session `scopes` is None."""

    user_id: UUID
    session_id: UUID
    role: Role
    name: str
    email: str | None
    auth_time: Timestamp
    expires_at: Timestamp
    scopes: frozenset[Scope] | None = None


class CheckPersonalToken(Query[Vouched]):
    """The secret itself stays at the gateway; `token_hash` is its SHA-256 in hex."""

    public_id: str
    token_hash: str


class CheckSession(Query[Vouched]):
    """Whether this session of this person still lives."""

    session_id: UUID
    user_id: UUID


class TellTokensUsed(Command[Nothing]):
    """When each of these was last used."""

    used: dict[UUID, Timestamp]


class PersonalTokenCreated(Event):
    user_id: UUID
    token_id: UUID
    name: str
    scopes: list[Scope]
    expires_at: Timestamp
