"""Signing in elsewhere, and which accounts elsewhere belong to somebody."""

from uuid import UUID

from pydantic import Field

from medianest_common.contracts.auth import ClientInfo, SignInMethod, SignInResult
from medianest_common.contracts.base import Body, Command, Contract, Event, Nothing, Page, Query, Timestamp


class StartBody(Body):
    """`return_to` is a path within the portal; anything else becomes `/`. `fresh` makes the provider ask again who it
    is, even if it knows. `invite` is what the link of an invitation carries."""

    return_to: str = Field(default="/", max_length=2000)
    fresh: bool = False
    invite: str | None = Field(default=None, min_length=1, max_length=128)


class LinkBody(Body):
    return_to: str = Field(default="/", max_length=2000)


class ProviderAddress(Contract):
    """Where the browser has to go. It must be the browser that asked, and be back before `expires_at`."""

    auth_url: str
    expires_at: Timestamp


class LinkingStarted(ProviderAddress):
    """`login_id` and `code` only for Plex: the page may ask `/auth/plex/verify` instead of waiting for the return."""

    login_id: str | None = None
    code: str | None = None


class ReturnedFromProvider(Contract):
    """Signed in, or asked for a second factor, or `linked`."""

    result: SignInResult | None
    linked: bool
    return_path: str


class Identity(Contract):
    """An account elsewhere that opens the caller's account here. `name` is the provider's, `account` the person's
    there. It is not `usable` while its provider is turned off."""

    provider: str
    name: str
    kind: SignInMethod
    account: str | None
    linked_at: Timestamp
    last_used_at: Timestamp | None
    usable: bool


class LeaveForProvider(Command[ProviderAddress]):
    provider: str
    return_to: str = "/"
    fresh: bool = False
    invite: str | None = Field(default=None, repr=False)
    client: ClientInfo


class ReturnFromProvider(Command[ReturnedFromProvider]):
    """What the provider sent the browser back with; nothing of it is believed."""

    provider: str
    state: str | None = Field(default=None, repr=False)
    code: str | None = Field(default=None, repr=False)
    error: str | None = None
    iss: str | None = None
    client: ClientInfo


class StartLinking(Command[LinkingStarted]):
    """The caller wants a further way to sign in. Needs a fresh sign-in."""

    provider: str
    return_to: str = "/"
    client: ClientInfo


class ListIdentities(Query[Page[Identity]]):
    pass


class UnlinkIdentity(Command[Nothing]):
    """Needs a fresh sign-in; the last way to sign in stays."""

    provider: str
    client: ClientInfo


class IdentityChange(Event):
    """`provider` and `account` as people know them."""

    user_id: UUID
    provider: str
    account: str | None


class IdentityLinked(IdentityChange):
    pass


class IdentityUnlinked(IdentityChange):
    pass
