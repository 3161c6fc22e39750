"""Changing a password, and getting back in without one."""

from uuid import UUID

from fastapi import Response

from medianest_common.contracts.auth import passwords
from medianest_common.contracts.base import Contract
from medianest_common.web import Router, problems
from medianest_common.web.responses import WITH_SECRETS
from medianest_gateway.routes.common import PUBLIC, Gateway, passed_through
from medianest_gateway.routes.signing_in import Client

PASSWORD_SECONDS = 8.0
"""Three turns, each waited for up to two seconds, with seven hashes at most."""


class Accepted(Contract):
    success: bool = True


router = Router(tags=["Sign-in"], responses=problems(401, 403, 422, 429, 503, 504))


@router.post("/auth/password/change", response_model=passwords.PasswordOutcome, responses=problems(409))
async def change_password(gateway: Gateway, body: passwords.ChangePasswordBody, client: Client) -> Response:
    """Ends all other sessions; the present one goes on."""
    current = body.current_password
    command = passwords.ChangePassword(
        current_password=current.get_secret_value() if current else None,
        new_password=body.new_password.get_secret_value(),
        client=client,
    )
    return await passed_through(gateway.bus, command, timeout=PASSWORD_SECONDS)


@router.post("/auth/password/forgot", status_code=202, response_model=Accepted, openapi_extra=PUBLIC)
async def forgot_password(gateway: Gateway, body: passwords.ForgotPasswordBody, client: Client) -> Accepted:
    """The same answer whether or not somebody has this address. If so, a link comes by mail."""
    await gateway.bus.call(passwords.AskPasswordReset(email=body.email, client=client))
    return Accepted()


@router.post("/auth/password/reset", status_code=204, responses=problems(410), openapi_extra=PUBLIC)
async def reset_password(gateway: Gateway, body: passwords.ResetPasswordBody, client: Client) -> None:
    """Ends all sessions and starts none: sign in with the new password afterwards."""
    command = passwords.ResetPassword(
        token=body.token.get_secret_value(),
        new_password=body.new_password.get_secret_value(),
        client=client,
    )
    await gateway.bus.call(command, timeout=PASSWORD_SECONDS)


@router.post(
    "/admin/users/{id:uuid}/reset-link",
    status_code=201,
    response_model=passwords.ResetLink,
    responses=problems(404, 409),
    tags=["Administration"],
)
async def create_reset_link(gateway: Gateway, id: UUID, client: Client) -> Response:
    """For a person who cannot be sent mail. The link is shown this once; hand it to them some safe way."""
    command = passwords.CreateResetLink(user_id=id, client=client)
    answer = await passed_through(gateway.bus, command, status=201)
    answer.headers.update(WITH_SECRETS)
    return answer
