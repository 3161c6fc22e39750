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
    PASSKEY = "passkey"
    GITHUB = "github"
    GOOGLE = "google"
    DISCORD = "discord"
    OIDC = "oidc"


class RevocationReason(StrEnum):
    LOGOUT = "logout"
    REUSE = "reuse"
    REVOKED = "revoked"
    PASSWORD_CHANGED = "password_changed"
    ROLE_CHANGED = "role_changed"
    SUSPENDED = "suspended"
    LIMIT = "limit"
    REPLACED = "replaced"
    """The same person signed in anew in the same browser."""
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    ACCESS_LOST = "access_lost"
    EMAIL_CHANGED = "email_changed"
    DELETED = "deleted"


class SecondFactor(StrEnum):
    TOTP = "totp"
    RECOVERY_CODE = "recovery_code"
    PASSKEY = "passkey"


class ClientInfo(Contract):
    """The browser that asks, as the gateway saw it; the address is kept whole only for rate limits and audit."""

    ip: str = ""
    user_agent: str = Field(default="", max_length=512)
    browser_binding: str = ""
    """SHA-256 of the pre-login cookie: ties a flow that leaves and comes back to one browser."""
    device_token: str = ""
    session_id: UUID | None = None
    """The session this browser is signed in with already; it ends when the same person signs in anew."""


class User(Contract):
    id: UUID
    name: str
    email: str | None
    role: Role
    plex_linked: bool = False
    avatar_url: str | None = None
    locale: str | None = None
    """A BCP 47 tag; None for what the browser asks for."""
    time_zone: str | None = None
    """An IANA name; None for the browser's own."""
    created_at: Timestamp


class Session(Contract):
    id: UUID
    name: str = ""
    """Such as `Firefox 140 on Linux`."""
    browser: str
    browser_version: str = ""
    """The major one; empty when the browser says none."""
    platform: str
    place: str
    """The network the session was last seen from, shortened (/24 or /48)."""
    method: SignInMethod
    created_at: Timestamp
    last_seen_at: Timestamp
    """To five minutes."""
    signed_in_at: Timestamp | None = None
    """When the person last proved who they are."""
    current: bool = False
    known_device: bool = False
    """Whether the browser would be recognised at its next sign-in."""


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


class SecondFactorAsked(Contract):
    """The first factor was right. `challenge_id` is good for a few minutes, a few tries and this browser only."""

    challenge_id: str
    methods: list[SecondFactor]
    expires_in: int


class SignInResult(Contract):
    """Either signed in, or asked for a second factor."""

    signed_in: SignedIn | None = None
    second_factor: SecondFactorAsked | None = None


class Provider(Contract):
    """A way to sign in elsewhere: `/auth/oauth/{id}/start` leads there."""

    id: str
    name: str
    kind: SignInMethod


class Providers(Contract):
    """Which ways to sign in are on; `setup_required` until the first owner exists."""

    password: bool
    plex: bool
    passkeys: bool = False
    """Browsers allow them over HTTPS and on this machine itself only."""
    password_reset: bool = False
    """Whether mail can be sent; without it an administrator hands out the link."""
    setup_required: bool
    providers: list[Provider] = []


class Jwks(Contract):
    keys: list[dict[str, Any]]


class PlexSignIn(Contract):
    login_id: str
    auth_url: str
    code: str
    expires_at: Timestamp
    poll_interval: int


class PlexSignInState(Contract):
    """Neither `result` nor `linked` while the person has not yet agreed at Plex."""

    result: SignInResult | None
    linked: bool = False


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


class SignIn(Command[SignInResult]):
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


class GetMe(Query[User]):
    """The caller, however they have shown who they are."""


class ListSessions(Query[Page[Session]]):
    pass


class UserChange(Event):
    """Everything other services keep about a person."""

    user_id: UUID
    name: str
    email: str | None
    role: Role
    plex_id: int | None = None
    suspended: bool = False
    locale: str | None = None
    time_zone: str | None = None
    """As in their profile; None where the browser's own counts."""
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
    """Tokens of `session_id`, or all of the user's tokens when it is None, made before `not_before` are dead.

    With `permissions_version` the sessions go on, but tokens that carry a lower version say too much and are stale.
    """

    user_id: UUID
    session_id: UUID | None
    not_before: Timestamp
    reason: RevocationReason
    permissions_version: int | None = None


class KeysChanged(Event):
    """The signing keys were rotated: fetch `GetJwks` again."""
