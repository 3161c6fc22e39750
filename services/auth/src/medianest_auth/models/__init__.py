"""The tables of the auth service. What must never happen twice is a constraint here."""

from medianest_auth.models.accounts import (
    Erasure,
    Identity,
    Invite,
    OldPassword,
    OneTimeLink,
    Password,
    PersonalToken,
    User,
)
from medianest_auth.models.audit import AuditAnchor, AuditEntry, AuditLink, AuditPlace, UnchainedEntry
from medianest_auth.models.base import Base
from medianest_auth.models.factors import Passkey, RecoveryCode, Totp
from medianest_auth.models.history import ActiveDay, DayCount, SignInAttempt
from medianest_auth.models.sessions import Device, Installation, RefreshToken, Session, SigningKey
from medianest_auth.models.signing_in import Challenge, PlexSignIn, ProviderFlow

__all__ = [
    "ActiveDay",
    "AuditAnchor",
    "AuditEntry",
    "AuditLink",
    "AuditPlace",
    "Base",
    "Challenge",
    "DayCount",
    "Device",
    "Erasure",
    "Identity",
    "Installation",
    "Invite",
    "OldPassword",
    "OneTimeLink",
    "Passkey",
    "Password",
    "PersonalToken",
    "PlexSignIn",
    "ProviderFlow",
    "RecoveryCode",
    "RefreshToken",
    "Session",
    "SignInAttempt",
    "SigningKey",
    "Totp",
    "UnchainedEntry",
    "User",
]
