"""Ways of signing in that settings may close. Asked where every session starts, so that no path leads around it."""

from medianest_auth.app import AuthApp
from medianest_auth.errors import SignInWayOff
from medianest_auth.models import User
from medianest_common.contracts.auth import SignInMethod


def opens_by_password(app: AuthApp, user: User) -> bool:
    """Whether a password is a way in for this person, if they have one."""
    return app.settings.password_sign_in == "on" or user.role == "owner"


def require_way(app: AuthApp, user: User, *, method: SignInMethod) -> None:
    if method is SignInMethod.PASSWORD and not opens_by_password(app, user):
        raise SignInWayOff("Passwords are switched off here. Sign in another way.")
