"""Second factors: authenticator apps, recovery codes and passkeys, and proving afresh who one is."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Discriminator, Field, SecretStr, Tag

from medianest_common.contracts.auth import ClientInfo, SecondFactor, SignedIn, SignInMethod
from medianest_common.contracts.base import Body, Command, Contract, Event, Nothing, Page, Query, Timestamp

_GROUP = "[0-9A-TV-Za-tv-z]{4}"
Code = Annotated[str, Field(pattern=rf"^([0-9]{{6}}|{_GROUP}([ -]?{_GROUP}){{5}})$")]
"""Six digits from an app, or a recovery code. Digits are 0 to 9, in whatever other scripts there are more of them."""

AppCode = Annotated[str, Field(pattern=r"^[0-9]{6}$")]


def _binary(longest: int) -> Any:
    return Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=longest)


class _OfBrowser(Body):
    """What `PublicKeyCredential.toJSON()` gives. Browsers add members as the standard grows, so unknown ones pass."""

    model_config = ConfigDict(extra="ignore")


class AssertionResponse(_OfBrowser):
    client_data_json: str = Field(alias="clientDataJSON", pattern=r"^[A-Za-z0-9_-]+$", max_length=8192)
    authenticator_data: str = _binary(8192)
    signature: str = _binary(4096)
    user_handle: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]*$", max_length=128)


class Assertion(_OfBrowser):
    """A passkey's answer to a question (`navigator.credentials.get`)."""

    id: str = _binary(1400)
    raw_id: str = _binary(1400)
    type: str = Field(pattern="^public-key$")
    response: AssertionResponse


class AttestationResponse(_OfBrowser):
    client_data_json: str = Field(alias="clientDataJSON", pattern=r"^[A-Za-z0-9_-]+$", max_length=8192)
    attestation_object: str = _binary(65_536)
    transports: list[Annotated[str, Field(max_length=32)]] = Field(default=[], max_length=16)


class Attestation(_OfBrowser):
    """A new passkey (`navigator.credentials.create`)."""

    id: str = _binary(1400)
    raw_id: str = _binary(1400)
    type: str = Field(pattern="^public-key$")
    response: AttestationResponse


class SecondFactorState(Contract):
    """`methods` can be asked for at the next sign-in, the strongest first; `step_up` are the ways in which this person
    can confirm at any time that it is they."""

    totp: bool
    passkeys: int
    recovery_codes_left: int
    recovery_codes_low: bool
    methods: list[SecondFactor]
    step_up: list[SignInMethod]


class TotpEnrolment(Contract):
    """Shown once. Counts from the moment its first code has been shown."""

    uri: str
    secret: str
    svg: str


class RecoveryCodes(Contract):
    """Shown once; each is good once."""

    codes: list[str]


class Passkey(Contract):
    id: UUID
    name: str
    transports: list[str]
    backed_up: bool
    created_at: Timestamp
    last_used_at: Timestamp | None


class PasskeyRegistered(Contract):
    """`recovery_codes` when this is the first second factor, shown once."""

    passkey: Passkey
    recovery_codes: list[str] | None


class PasskeyQuestion(Contract):
    """`options` is what `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON` takes."""

    challenge_id: str
    options: dict[str, Any]
    expires_in: int


class Proof(Contract):
    """A passkey's answer, or the password and, where there is a second factor, a code."""

    password: str | None = Field(default=None, repr=False)
    code: str | None = Field(default=None, repr=False)
    challenge_id: str | None = None
    passkey: Assertion | None = None


ChallengeId = Annotated[str, Field(min_length=1, max_length=128)]


class CodeAnswerBody(Body):
    challenge_id: ChallengeId
    code: Code


class PasskeyAnswerBody(Body):
    challenge_id: ChallengeId
    passkey: Assertion


class PasswordProofBody(Body):
    """`code` where there is a second factor."""

    password: SecretStr = Field(min_length=1, max_length=1024)
    code: Code | None = None


class CodeProofBody(Body):
    """`password` where the account has one."""

    password: SecretStr | None = Field(default=None, min_length=1, max_length=1024)
    code: Code


def _kind(body: Any) -> str:
    by_passkey = "passkey" in body if isinstance(body, dict) else isinstance(body, PasskeyAnswerBody)
    return "<passkey>" if by_passkey else "<typed>"


_ByPasskey = Annotated[PasskeyAnswerBody, Tag("<passkey>")]
# One of two, told apart before they are judged, so that what is wrong is said of the one that was meant.
AnswerBody = Annotated[Annotated[CodeAnswerBody, Tag("<typed>")] | _ByPasskey, Discriminator(_kind)]
ProofBody = Annotated[Annotated[PasswordProofBody, Tag("<typed>")] | _ByPasskey, Discriminator(_kind)]
FreshProofBody = Annotated[Annotated[CodeProofBody, Tag("<typed>")] | _ByPasskey, Discriminator(_kind)]


class TotpVerifyBody(Body):
    code: AppCode


class PasskeyQuestionBody(Body):
    """`challenge_id` of the sign-in that waits for its second factor; none to sign in with a passkey alone, or to
    prove with it who one is."""

    challenge_id: ChallengeId | None = None


class PasskeyRegisterBody(Body):
    challenge_id: ChallengeId
    name: str = Field(min_length=1, max_length=80)
    credential: Attestation


class PasskeyLoginBody(Body):
    challenge_id: ChallengeId
    passkey: Assertion
    remember_me: bool = False


class GetSecondFactors(Query[SecondFactorState]):
    pass


class AnswerChallenge(Command[SignedIn]):
    """Finishes a sign-in that was asked for a second factor."""

    challenge_id: str
    code: str | None = Field(default=None, repr=False)
    passkey: Assertion | None = None
    client: ClientInfo


class StepUp(Command[SignedIn]):
    """The present person proves afresh who they are; a new session takes the place of the present one."""

    proof: Proof
    client: ClientInfo


class StartTotp(Command[TotpEnrolment]):
    client: ClientInfo


class ConfirmTotp(Command[RecoveryCodes]):
    code: str = Field(repr=False)
    client: ClientInfo


class TurnOffTotp(Command[Nothing]):
    proof: Proof
    client: ClientInfo


class RenewRecoveryCodes(Command[RecoveryCodes]):
    proof: Proof
    client: ClientInfo


class ResetSecondFactors(Command[Nothing]):
    """An administrator takes all second factors of somebody away who has lost them."""

    user_id: UUID
    client: ClientInfo


class ListPasskeys(Query[Page[Passkey]]):
    pass


class StartPasskey(Command[PasskeyQuestion]):
    client: ClientInfo


class RegisterPasskey(Command[PasskeyRegistered]):
    challenge_id: str
    name: str
    credential: Attestation
    client: ClientInfo


class RemovePasskey(Command[Nothing]):
    id: UUID
    client: ClientInfo


class AskPasskey(Command[PasskeyQuestion]):
    """With `challenge_id`, for the second factor of that sign-in; without, for one that needs nothing else."""

    challenge_id: str | None = None
    client: ClientInfo


class SignInWithPasskey(Command[SignedIn]):
    challenge_id: str
    passkey: Assertion
    remember_me: bool = False
    client: ClientInfo


class FactorChange(StrEnum):
    TOTP_ON = "totp_on"
    TOTP_OFF = "totp_off"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    RECOVERY_CODE_USED = "recovery_code_used"
    RESET_BY_ADMIN = "reset_by_admin"


class SecondFactorChanged(Event):
    user_id: UUID
    change: FactorChange
    recovery_codes_left: int
    name: str | None = None
    """Of the passkey, as its owner calls it."""


class SecondFactorBlocked(Event):
    """Somebody who knows the first factor has shown too many wrong codes today."""

    user_id: UUID
    browser: str
    place: str
