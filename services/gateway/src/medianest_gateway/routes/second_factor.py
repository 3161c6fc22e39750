"""Second factors, passkeys, and confirming who one is."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Response

from medianest_common.contracts import auth
from medianest_common.contracts.auth import second_factor as factors
from medianest_common.contracts.base import Page
from medianest_common.web import Router, problems
from medianest_gateway.routes.auth import PASSWORD_SECONDS, Native
from medianest_gateway.routes.common import PUBLIC, Gateway, passed_through
from medianest_gateway.routes.signing_in import Client, SignedInBody, signed_in_response

router = Router(tags=["Second factor"], responses=problems(401, 403, 422, 429, 503, 504))


@router.post("/auth/login/mfa", response_model=SignedInBody, responses=problems(410), openapi_extra=PUBLIC)
async def answer_challenge(
    gateway: Gateway,
    body: Annotated[factors.AnswerBody, Body()],
    client: Client,
    native: Native = None,
) -> Response:
    """The second step of a sign-in: a code from the app, a recovery code, or a passkey's answer to what
    `/auth/passkeys/login/options` asked."""
    command = factors.AnswerChallenge(
        challenge_id=body.challenge_id,
        code=body.code if isinstance(body, factors.CodeAnswerBody) else None,
        passkey=body.passkey if isinstance(body, factors.PasskeyAnswerBody) else None,
        client=client,
    )
    signed_in = await gateway.bus.call(command)
    return signed_in_response(gateway, signed_in, native=native == "native")


@router.post("/auth/step-up", response_model=SignedInBody, responses=problems(410))
async def step_up(
    gateway: Gateway,
    body: Annotated[factors.ProofBody, Body()],
    client: Client,
    native: Native = None,
) -> Response:
    """Opens what answers 403 `REAUTH_REQUIRED` for ten minutes; a new session takes the place of the present one.
    People who sign in with a provider do so once more instead."""
    command = factors.StepUp(proof=_proof(body), client=client)
    signed_in = await gateway.bus.call(command, timeout=PASSWORD_SECONDS)
    return signed_in_response(gateway, signed_in, native=native == "native")


@router.get("/auth/2fa", response_model=factors.SecondFactorState)
async def get_second_factors(gateway: Gateway) -> Response:
    """What is set up, and how many recovery codes are left."""
    return await passed_through(gateway.bus, factors.GetSecondFactors())


@router.delete("/auth/2fa", status_code=204, responses=problems(409, 410))
async def turn_off_totp(
    gateway: Gateway, body: Annotated[factors.FreshProofBody, Body()], client: Client
) -> None:
    """Turns the authenticator app off. Passkeys are removed one by one."""
    command = factors.TurnOffTotp(proof=_proof(body), client=client)
    await gateway.bus.call(command, timeout=PASSWORD_SECONDS)


@router.post("/auth/2fa/totp", response_model=factors.TotpEnrolment, responses=problems(409))
async def start_totp(gateway: Gateway, client: Client) -> Response:
    """What an authenticator app needs, as a picture and to type. Nothing changes before its first code is verified."""
    return await passed_through(gateway.bus, factors.StartTotp(client=client))


@router.post("/auth/2fa/totp/verify", response_model=factors.RecoveryCodes, responses=problems(409))
async def confirm_totp(gateway: Gateway, body: factors.TotpVerifyBody, client: Client) -> Response:
    """The app is asked for from now on. The recovery codes are shown this once."""
    return await passed_through(gateway.bus, factors.ConfirmTotp(code=body.code, client=client))


@router.post("/auth/2fa/recovery-codes", response_model=factors.RecoveryCodes, responses=problems(409, 410))
async def renew_recovery_codes(
    gateway: Gateway, body: Annotated[factors.FreshProofBody, Body()], client: Client
) -> Response:
    """Ten new ones; the old ones are void."""
    command = factors.RenewRecoveryCodes(proof=_proof(body), client=client)
    return await passed_through(gateway.bus, command, timeout=PASSWORD_SECONDS)


@router.get("/auth/passkeys", response_model=Page[factors.Passkey])
async def list_passkeys(gateway: Gateway) -> Response:
    """One's own, with when they were last used."""
    return await passed_through(gateway.bus, factors.ListPasskeys())


@router.post("/auth/passkeys/options", response_model=factors.PasskeyQuestion, responses=problems(409))
async def start_passkey(gateway: Gateway, client: Client) -> Response:
    """The first step: hand `options` to `navigator.credentials.create()`."""
    return await passed_through(gateway.bus, factors.StartPasskey(client=client))


@router.post(
    "/auth/passkeys",
    status_code=201,
    response_model=factors.PasskeyRegistered,
    responses=problems(409, 410),
)
async def register_passkey(gateway: Gateway, body: factors.PasskeyRegisterBody, client: Client) -> Response:
    """The second step: what the browser made of `/auth/passkeys/options`."""
    command = factors.RegisterPasskey(
        challenge_id=body.challenge_id, name=body.name, credential=body.credential, client=client
    )
    return await passed_through(gateway.bus, command, status=201)


@router.delete("/auth/passkeys/{id:uuid}", status_code=204, responses=problems(404))
async def remove_passkey(gateway: Gateway, id: UUID, client: Client) -> None:
    """It opens nothing any more."""
    await gateway.bus.call(factors.RemovePasskey(id=id, client=client))


@router.post(
    "/auth/passkeys/login/options",
    response_model=factors.PasskeyQuestion,
    responses=problems(400, 409, 410),
    openapi_extra=PUBLIC,
)
async def ask_for_passkey(
    gateway: Gateway, client: Client, body: factors.PasskeyQuestionBody | None = None
) -> Response:
    """Hand `options` to `navigator.credentials.get()`."""
    challenge_id = body.challenge_id if body else None
    return await passed_through(gateway.bus, factors.AskPasskey(challenge_id=challenge_id, client=client))


@router.post(
    "/auth/passkeys/login", response_model=SignedInBody, responses=problems(410), openapi_extra=PUBLIC
)
async def sign_in_with_passkey(
    gateway: Gateway, body: factors.PasskeyLoginBody, client: Client, native: Native = None
) -> Response:
    """Needs nothing else: a passkey is something one has, opened with something one is or knows."""
    command = factors.SignInWithPasskey(
        challenge_id=body.challenge_id, passkey=body.passkey, remember_me=body.remember_me, client=client
    )
    signed_in: auth.SignedIn = await gateway.bus.call(command)
    return signed_in_response(gateway, signed_in, native=native == "native")


@router.post(
    "/admin/users/{id:uuid}/reset-2fa",
    status_code=204,
    tags=["Administration"],
    responses=problems(404, 409),
)
async def reset_second_factors(gateway: Gateway, id: UUID, client: Client) -> None:
    """For somebody who has lost them. The person is told, and signed out everywhere."""
    await gateway.bus.call(factors.ResetSecondFactors(user_id=id, client=client))


def _proof(
    body: factors.PasswordProofBody | factors.CodeProofBody | factors.PasskeyAnswerBody,
) -> factors.Proof:
    if isinstance(body, factors.PasskeyAnswerBody):
        return factors.Proof(challenge_id=body.challenge_id, passkey=body.passkey)
    password = body.password.get_secret_value() if body.password else None
    return factors.Proof(password=password, code=body.code)
