"""Changing a password, and getting back in without one."""

from uuid import UUID

from pydantic import Field, SecretStr

from medianest_common.contracts.auth import ClientInfo
from medianest_common.contracts.auth.tokens import PersonalToken
from medianest_common.contracts.base import Body, Command, Contract, Event, Job, Nothing, Timestamp


class PasswordOutcome(Contract):
    """All other sessions have ended. Personal tokens have not: revoke those that should not be there."""

    sessions_ended: int
    personal_tokens: list[PersonalToken]


class ResetLink(Contract):
    """Shown once. Whoever opens it chooses the account's new password."""

    url: str = Field(repr=False)
    expires_at: Timestamp


class ChangePasswordBody(Body):
    """`current_password` is left out by those who have none yet and have just signed in some other way."""

    current_password: SecretStr | None = Field(default=None, min_length=1, max_length=1024)
    new_password: SecretStr = Field(min_length=1, max_length=1024)


class ForgotPasswordBody(Body):
    email: str = Field(min_length=1, max_length=254)


class ResetPasswordBody(Body):
    token: SecretStr = Field(min_length=1, max_length=128)
    new_password: SecretStr = Field(min_length=1, max_length=1024)


class ChangePassword(Command[PasswordOutcome]):
    current_password: str | None = Field(repr=False)
    new_password: str = Field(repr=False)
    client: ClientInfo


class AskPasswordReset(Command[Nothing]):
    """Answered alike and at once, whoever has an account."""

    email: str = Field(repr=False)
    client: ClientInfo


class ResetPassword(Command[Nothing]):
    token: str = Field(repr=False)
    new_password: str = Field(repr=False)
    client: ClientInfo


class CreateResetLink(Command[ResetLink]):
    user_id: UUID
    client: ClientInfo


class SendResetLink(Job):
    """`sealed` is an `AskPasswordReset`: who it was asked for is looked up out of sight of who asked."""

    request_id: UUID
    sealed: str


class PasswordChanged(Event):
    user_id: UUID
