"""What signing in can end in."""

from medianest_common.errors import (
    BadRequest,
    BadUpstream,
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


class PasswordUsedBefore(Invalid):
    """Choose one that you have not had here."""

    title = "This password was used before"


class CurrentPasswordWrong(Forbidden):
    """Not 401: the session is good, and a page must not renew it because a password was mistyped."""

    title = "The present password is wrong"


class ResetLinkInvalid(Gone):
    """The one answer whatever is wrong: unknown, used, replaced, expired, for something else, or overtaken."""

    title = "This link is not valid, or no longer"


class NoEmailAddress(Conflict):
    title = "This account has no e-mail address"


class NotWhileSuspended(Conflict):
    title = "This account is suspended"


class SetupDone(Conflict):
    """Sign in, or ask the owner for an invitation."""

    title = "This installation has an owner already"


class SetupTokenInvalid(NotFound):
    title = "This set-up link is not valid"


class InvalidRefreshToken(Unauthenticated):
    """Sign in again."""

    title = "The session has ended"


class TokenReused(Unauthenticated):
    title = "The session was ended because its token turned up twice"


class PlexUnreachable(Unavailable):
    title = "Plex cannot be reached"


class PlexSignInExpired(Gone):
    title = "This sign-in has expired"


class NoServerAccess(Forbidden):
    title = "This Plex account has no access to the server"


class SignInWayOff(Forbidden):
    title = "This way of signing in is switched off"


class AccountSuspended(Forbidden):
    title = "This account is suspended"


class ChallengeExpired(Gone):
    """The one answer for a challenge that never was, is another browser's, was answered, or had its tries."""

    title = "This sign-in has expired"


class InvalidCode(Unauthenticated):
    title = "The code is wrong or has been used"


class PasskeyRefused(Unauthenticated):
    title = "The passkey was not accepted"


class PasskeysUnavailable(Conflict):
    title = "Passkeys are not possible at this address"


class PasskeyKnown(Conflict):
    title = "This passkey has been added already"


class TooManyPasskeys(Conflict):
    title = "There are too many passkeys"


class TotpOn(Conflict):
    title = "An authenticator app is set up already"


class TotpNotStarted(Conflict):
    title = "No authenticator app is being set up"


class SecondFactorOff(Conflict):
    title = "There is no second factor"


class ProofRefused(Forbidden):
    """Not 401: the session is good, and a page must not renew it because a password was mistyped."""

    title = "The password or code is wrong"


class OwnFactors(Conflict):
    title = "These are your own second factors"


class SecondFactorRequired(Forbidden):
    title = "This needs the second factor as well"


class InviteInvalid(Gone):
    """The one answer whatever is wrong: unknown, used, revoked, expired, for something else."""

    title = "This invitation is not valid, or no longer"


class InvalidPersonalToken(Unauthenticated):
    """The one answer whatever is wrong: unknown, expired, revoked, of somebody who may not come in."""

    title = "This personal token is not valid, or no longer"


class TokenNameTaken(Conflict):
    title = "Another of your tokens has this name"


class TooManyTokens(Conflict):
    title = "You have as many tokens as there may be"


class SessionOver(Unauthenticated):
    title = "The session has ended"


class OwnerRemains(Conflict):
    title = "The owner cannot be changed like this"


class ProviderUnknown(NotFound):
    title = "This way to sign in is not set up here"


class ProviderUnreachable(Unavailable):
    title = "The sign-in provider cannot be reached"


class ProviderMisconfigured(BadUpstream):
    title = "The sign-in provider and this portal do not fit together"


class ProviderAnswerRefused(BadUpstream):
    title = "What the sign-in provider says cannot be trusted"


class SignInStateInvalid(BadRequest):
    """The one answer whatever is wrong: no such sign-in, another browser's, another provider's, used, or too old."""

    title = "This sign-in was not started in this browser, or is over"


class SignInNotConfirmed(BadRequest):
    title = "The provider did not confirm the sign-in"


class SignInDeclined(Forbidden):
    title = "The sign-in was cancelled at the provider"


class LinkRequired(Conflict):
    title = "There is an account with this e-mail address already"


class NotInvited(Forbidden):
    title = "This account is not known here"


class IdentityInUse(Conflict):
    title = "This account belongs to somebody else here"


class ProviderAlreadyLinked(Conflict):
    title = "Another account of this provider is linked already"


class LastWayToSignIn(Conflict):
    title = "This is the last way to sign in"


class AccountHangsOnPlex(Conflict):
    title = "This account is here because of Plex"


class LinkingInterrupted(Forbidden):
    title = "The session that asked to link this account is over"


class EmailLinkInvalid(Gone):
    """The one answer whatever is wrong: unknown, used, replaced, expired, or for something else."""

    title = "This link is not valid, or no longer"
