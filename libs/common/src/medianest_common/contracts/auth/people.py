"""The people of the portal: what they may change about themselves, what administrators do, and how they leave."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, SecretStr

from medianest_common.contracts.auth import ClientInfo, SignInMethod, User
from medianest_common.contracts.base import (
    Body,
    Command,
    Contract,
    Event,
    Job,
    Nothing,
    Page,
    Query,
    Timestamp,
)
from medianest_common.contracts.identity import Role
from medianest_common.contracts.personal import PersonalData


class UserStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"


class GivenRole(StrEnum):
    """What an administrator can be given; ownership is handed over and not given."""

    ADMIN = "admin"
    USER = "user"


class Account(User):
    """A person as administrators see them. `last_seen_at` is None for somebody who has not been here for long."""

    status: UserStatus
    last_seen_at: Timestamp | None
    sign_in_ways: list[SignInMethod]
    second_factor: bool
    sessions: int
    """How many devices they are signed in on."""


Locale = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*$",
        max_length=35,
        description="A BCP 47 language tag, such as `de-AT`",
    ),
]
TimeZone = Annotated[
    str, Field(min_length=1, max_length=64, description="An IANA time zone, such as `Europe/Vienna`")
]


class ProfileBody(Body):
    """What is left out stays. `locale` and `timeZone` may be null: then the browser's own count again."""

    name: str = Field(default="", min_length=1, max_length=80)
    email: str = Field(default="", min_length=3, max_length=254)
    locale: Locale | None = None
    time_zone: TimeZone | None = None


class ChangeUserBody(Body):
    role: GivenRole | None = Field(default=None, strict=False)
    status: UserStatus | None = Field(default=None, strict=False)


class LeaveBody(Body):
    confirm: str = Field(
        min_length=1, max_length=254, description="One's own name or e-mail address, to be sure"
    )


class ListUsers(Query[Page[Account]]):
    """In the order in which they came. `q` is a part of a name or an address."""

    q: str | None = Field(default=None, max_length=100)
    role: Role | None = None
    status: UserStatus | None = None
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None
    total: bool = False


class GetUser(Query[Account]):
    user_id: UUID


class ChangeUser(Command[Account]):
    user_id: UUID
    role: GivenRole | None = None
    status: UserStatus | None = None
    client: ClientInfo = ClientInfo()


class SignOutUser(Command[Nothing]):
    """Ends all sessions of somebody; their personal tokens live on."""

    user_id: UUID
    client: ClientInfo = ClientInfo()


class MakeOwner(Command[Account]):
    """Hands the ownership over; who had it is an administrator afterwards."""

    user_id: UUID
    client: ClientInfo = ClientInfo()


class DeleteUser(Command[Nothing]):
    user_id: UUID
    client: ClientInfo = ClientInfo()


class Leave(Command[Nothing]):
    """Deletes the caller's own account. `confirm` is the own name or address."""

    confirm: str
    client: ClientInfo = ClientInfo()


class Profile(User):
    """`pending_email` is an address that becomes the account's once the link that was sent to it has been opened."""

    pending_email: str | None = None


class ConfirmEmailBody(Body):
    token: SecretStr = Field(min_length=1, max_length=128)


class ConfirmEmail(Command[Nothing]):
    token: str = Field(repr=False)
    client: ClientInfo = ClientInfo()


class ChangeProfile(Command[Profile]):
    """None leaves as it is; what is named in `cleared` becomes None."""

    name: str | None = None
    email: str | None = None
    locale: str | None = None
    time_zone: str | None = None
    cleared: list[Literal["locale", "time_zone"]] = []
    client: ClientInfo = ClientInfo()


class ErasedPart(Contract):
    """`removed` counts by table what one service has erased; None until it has said so."""

    service: str
    done_at: Timestamp | None
    removed: dict[str, int] | None


class Erasure(Contract):
    """What has become of a deleted person's data. It names nobody: the id leads nowhere any more."""

    user_id: UUID
    requested_at: Timestamp
    complete: bool
    services: list[ErasedPart]


class GetErasure(Query[Erasure]):
    user_id: UUID


class ExportUserData(Query[PersonalData]):
    cursor: str | None = None


class Revocations(Contract):
    """What was revoked so lately that a token from before may still be about, as the database knows it."""

    sessions: dict[UUID, Timestamp]
    """When each was ended."""
    users: dict[UUID, Timestamp]
    """Tokens made before this are dead."""
    versions: dict[UUID, int]
    """Tokens with a lower permissions version say too much."""


class GetRevocations(Query[Revocations]):
    """For a gateway that was not listening and finds no list in the cache."""


class ForgetEvents(Job):
    """Take what the bus still holds about somebody who has left off it, once everybody has heard it."""

    user_id: UUID


class UserDeleted(Event):
    """Erase what you hold about this person, and say so with `UserDataErased`."""

    user_id: UUID


class AccountCounts(Contract):
    total: int
    active: int
    suspended: int
    by_role: dict[Role, int]


class CountAccounts(Query[AccountCounts]):
    """For administrators."""
