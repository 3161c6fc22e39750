"""Users, sessions and the ways to sign in."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field, SecretStr

from medianest_common.contracts.base import Body, Command, Contract, Event, Nothing, Page, Query, Timestamp
from medianest_common.contracts.identity import Role


class SignInMethod(StrEnum):
    PASSWORD = "password"
    PLEX = "plex"


class RevocationReason(StrEnum):
    LOGOUT = "logout"
    REUSE = "reuse"
    REVOKED = "revoked"
    PASSWORD_CHANGED = "password_changed"
    ROLE_CHANGED = "role_changed"
    SUSPENDED = "suspended"
    LIMIT = "limit"


class ClientInfo(Contract):
    """The browser that asks, as the gateway saw it; the address is kept whole only for rate limits and audit."""

    ip: str = ""
    user_agent: str = Field(default="", max_length=512)
    browser_binding: str = ""
    """SHA-256 of the pre-login cookie: ties a flow that leaves and comes back to one browser."""
    device_token: str = ""


class User(Contract):
    id: UUID
    name: str
    email: str | None
    role: Role
    plex_linked: bool = False
    avatar_url: str | None = None
    created_at: Timestamp


class Session(Contract):
    id: UUID
    browser: str
    platform: str
    place: str
    """The network the session was last seen from, shortened (/24 or /48)."""
    method: SignInMethod
    created_at: Timestamp
    last_seen_at: Timestamp
    current: bool = False


class SessionView(Contract):
    user: User
    session: Session


class SignedIn(Contract):
    """Never leaves the gateway as it is: tokens become cookies, and only native clients see the refresh token."""

    user: User
    session_id: UUID
    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    device_token: str


class Providers(Contract):
    """Which ways to sign in are on; `setup_required` until the first owner exists."""

    password: bool
    plex: bool
    setup_required: bool


class Jwks(Contract):
    keys: list[dict[str, Any]]


class PlexSignIn(Contract):
    login_id: str
    auth_url: str
    code: str
    expires_at: Timestamp
    poll_interval: int


class PlexSignInState(Contract):
    """`signed_in` is None while the person has not yet agreed at Plex."""

    signed_in: SignedIn | None


class SetUpBody(Body):
    setup_token: str = Field(min_length=1, max_length=256)
    name: str = Field(min_length=1, max_length=80)
    email: str = Field(min_length=3, max_length=254)
    password: SecretStr = Field(min_length=1, max_length=1024)


class LoginBody(Body):
    email: str = Field(min_length=1, max_length=254)
    password: SecretStr = Field(min_length=1, max_length=1024)
    remember_me: bool = False


class PlexVerifyBody(Body):
    login_id: str = Field(min_length=1, max_length=128)


class RefreshBody(Body):
    refresh_token: str | None = Field(default=None, max_length=256)


class LogoutBody(Body):
    all_sessions: bool = False


class GetJwks(Query[Jwks]):
    pass


class GetProviders(Query[Providers]):
    pass


class SetUpOwner(Command[SignedIn]):
    setup_token: str
    name: str
    email: str
    password: str = Field(repr=False)
    client: ClientInfo


class SignIn(Command[SignedIn]):
    email: str
    password: str = Field(repr=False)
    remember_me: bool = False
    client: ClientInfo


class StartPlexSignIn(Command[PlexSignIn]):
    client: ClientInfo


class VerifyPlexSignIn(Command[PlexSignInState]):
    login_id: str
    client: ClientInfo


class RefreshSession(Command[SignedIn]):
    refresh_token: str = Field(repr=False)
    client: ClientInfo


class EndSession(Command[Nothing]):
    """Ends the caller's session, or all of the caller's sessions."""

    all_sessions: bool = False


class RevokeSession(Command[Nothing]):
    """Ends one of the caller's own sessions by its id."""

    session_id: UUID


class GetSession(Query[SessionView]):
    pass


class ListSessions(Query[Page[Session]]):
    pass


class ListUsers(Query[Page[User]]):
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class UserChange(Event):
    """Everything other services keep about a person."""

    user_id: UUID
    name: str
    email: str | None
    role: Role
    plex_id: int | None = None
    version: int


class UserCreated(UserChange):
    pass


class UserChanged(UserChange):
    pass


class SessionStarted(Event):
    user_id: UUID
    session_id: UUID
    method: SignInMethod
    browser: str
    place: str
    new_device: bool


class SessionRevoked(Event):
    """Tokens of `session_id`, or all of the user's tokens when it is None, made before `not_before` are dead."""

    user_id: UUID
    session_id: UUID | None
    not_before: Timestamp
    reason: RevocationReason


class KeysChanged(Event):
    """The signing keys were rotated: fetch `GetJwks` again."""
