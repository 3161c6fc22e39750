"""Who is asking, and what that person may do. The gateway builds a `Caller` from a verified token. The services trust
it because only the gateway calls, and decide by it themselves."""

from enum import StrEnum
from uuid import UUID

from medianest_common.contracts.base import Contract, Timestamp


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    USER = "user"


class Scope(StrEnum):
    """What a personal token may be used for; never more than its owner may do. `READ` is what everyone may look at."""

    READ = "read"
    REQUEST = "request"
    DOWNLOAD = "download"
    NOTIFICATIONS = "notifications"
    FORWARD_AUTH = "forward_auth"
    """Being let into other sites that ask the portal who somebody is."""
    ADMIN = "admin"


class Permission(StrEnum):
    """What not everybody may do. The service that owns the thing asks with `require`."""

    DECIDE_REQUESTS = "requests.decide"
    MANAGE_ISSUES = "issues.manage"
    """See, resolve and delete what others have reported."""
    MANAGE_USERS = "users.manage"
    MANAGE_ADMINS = "admins.manage"
    """Make and unmake administrators, and act on their accounts."""
    INVITE = "invites.manage"
    SEE_AUDIT = "audit.see"
    SEE_INTERNALS = "internals.see"
    MANAGE_LIBRARY = "library.manage"
    MANAGE_SERVICES = "services.manage"
    MANAGE_MONITORS = "monitors.manage"
    """What is watched, who may see it, maintenance, incidents, and public pages."""
    MANAGE_DOWNLOADS = "downloads.manage"
    """The queue as a whole, profiles, what people may download, and the account at YouTube."""
    MANAGE_TEMPLATES = "templates.manage"
    """How notifications are worded."""
    BROADCAST = "broadcasts.send"
    SEE_PLAYBACK = "playback.see"
    """Who watches and has watched what."""


_ADMIN = frozenset(Permission) - {Permission.MANAGE_ADMINS}
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMIN: _ADMIN,
    Role.USER: frozenset(),
}


class Caller(Contract):
    """`auth_time` is when the person last proved who they are, not when the token was made.

    `scopes` is None for a person at a browser or app, and what a personal token was made for otherwise; its
    `session_id` is then the token's own id.
    """

    user_id: UUID
    session_id: UUID
    role: Role
    name: str
    auth_time: Timestamp
    scopes: frozenset[Scope] | None = None

    @property
    def is_admin(self) -> bool:
        return self.role in (Role.OWNER, Role.ADMIN) and self.has_scope(Scope.ADMIN)

    def has_scope(self, scope: Scope) -> bool:
        return self.scopes is None or scope in self.scopes

    def may(self, permission: Permission) -> bool:
        return permission in PERMISSIONS[self.role] and self.has_scope(Scope.ADMIN)
