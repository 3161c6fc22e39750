"""What whoever runs the installation asks for at its command line. No route of the gateway leads here, and a call that
was made for somebody, whoever it is, is refused: the operator is nobody's caller (docs/decisions/0008)."""

from uuid import UUID

from pydantic import Field

from medianest_common.contracts.auth.history import AuditVerdict
from medianest_common.contracts.base import Command, Contract, Nothing, Page, Query, Timestamp
from medianest_common.contracts.identity import Role

OPERATOR = UUID(bytes=b"operator" * 2)
"""Stands in the audit log as the actor: no person, but the one who has the machine."""


class OperatorUser(Contract):
    id: UUID
    name: str
    email: str | None
    role: Role
    status: str
    methods: list[str]
    """The ways in which this person can sign in."""
    second_factor: bool
    last_seen_at: Timestamp | None


class OneTimeAddress(Contract):
    """Where a new password is set, once. Good for whoever has it."""

    name: str
    url: str = Field(repr=False)
    expires_at: Timestamp


class SessionsEnded(Contract):
    people: int
    sessions: int


class SigningKeysRotated(Contract):
    key_id: str


class OperatorListUsers(Query[Page[OperatorUser]]):
    limit: int = Field(default=100, ge=1, le=500)
    cursor: str | None = None


class OperatorMakeResetLink(Command[OneTimeAddress]):
    email: str


class OperatorMakeOwner(Command[OneTimeAddress]):
    """The person becomes the owner, and active again; who was the owner becomes an administrator."""

    email: str


class OperatorCreateOwner(Command[OneTimeAddress]):
    """The same with an account that is made now."""

    name: str = Field(min_length=1, max_length=80)
    email: str = Field(min_length=3, max_length=254)


class OperatorResetSecondFactor(Command[Nothing]):
    email: str


class OperatorEndSessions(Command[SessionsEnded]):
    """Of everybody when no address is named."""

    email: str | None = None


class OperatorForgetAttempts(Command[Nothing]):
    """Of this person, or of this network."""

    email: str | None = None
    network: str | None = None


class OperatorVerifyAudit(Query[AuditVerdict]):
    """`seq` and `hash` of an earlier verdict, to see that the log still holds that very entry."""

    after: int = Field(default=0, ge=0, lt=2**63)
    seq: int | None = Field(default=None, ge=1, lt=2**63)
    hash: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class OperatorRotateSigningKeys(Command[SigningKeysRotated]):
    """With `revoke`, no token signed by an earlier key is good any longer: for keys that somebody else may have."""

    revoke: bool = False


class OperatorNoteKeyRotation(Command[Nothing]):
    """For the audit log: the keyring has a new primary key, and nothing is sealed under another."""

    key_id: str
