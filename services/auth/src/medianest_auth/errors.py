"""What signing in can end in."""

from medianest_common.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)


class InvalidCredentials(Unauthenticated):
    """The one answer whatever was wrong: address, password, no password set, suspended."""

    title = "E-mail address or password is wrong"


class AuthBusy(Unavailable):
    title = "Too many people are signing in at this moment"


class TooManyAttempts(TooManyRequests):
    title = "Too many attempts"


class WeakPassword(Invalid):
    title = "This password is too easy to guess"


class SetupDone(Conflict):
    title = "This installation has an owner already"


class SetupTokenInvalid(NotFound):
    title = "This set-up link is not valid"


class InvalidRefreshToken(Unauthenticated):
    title = "The session has ended"


class TokenReused(Unauthenticated):
    title = "The session was ended because its token turned up twice"


class PlexUnreachable(Unavailable):
    title = "Plex cannot be reached"


class PlexSignInExpired(Gone):
    title = "This sign-in has expired"


class NoServerAccess(Forbidden):
    title = "This Plex account has no access to the server"


class AccountSuspended(Forbidden):
    title = "This account is suspended"
