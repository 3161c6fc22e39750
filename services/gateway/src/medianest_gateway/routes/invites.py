"""Invitations. The secret travels behind the `#` of a link and in bodies, never in an address that is logged."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from medianest_common.contracts.auth import invites
from medianest_common.contracts.base import Page
from medianest_common.web import Router, problems
from medianest_gateway.routes.auth import PASSWORD_SECONDS, Native
from medianest_gateway.routes.common import PUBLIC, Gateway, passed_through
from medianest_gateway.routes.signing_in import (
    Client,
    SignedInBody,
    sign_in_response,
    signed_in_response,
)

router = Router(tags=["Invitations"], responses=problems(401, 403, 422, 429, 503, 504))


# Under `/admin` as well, where a personal token with the scope `admin` can reach it.
@router.post("/auth/invites", status_code=201, response_model=invites.NewInvite)
@router.post("/admin/invites", status_code=201, response_model=invites.NewInvite, include_in_schema=False)
async def create_invite(gateway: Gateway, client: Client, body: invites.InviteBody | None = None) -> Response:
    """The link is shown this once. Only the owner invites administrators."""
    wanted = (body or invites.InviteBody()).model_dump()
    return await passed_through(gateway.bus, invites.CreateInvite(**wanted, client=client), status=201)


@router.get("/auth/invites", response_model=Page[invites.Invite])
@router.get("/admin/invites", response_model=Page[invites.Invite], include_in_schema=False)
async def list_invites(gateway: Gateway, query: Annotated[invites.ListInvites, Query()]) -> Response:
    """With what has become of each. The links themselves are not kept."""
    return await passed_through(gateway.bus, query)


@router.delete("/auth/invites/{id:uuid}", status_code=204, responses=problems(404, 409))
@router.delete("/admin/invites/{id:uuid}", status_code=204, include_in_schema=False)
async def revoke_invite(gateway: Gateway, client: Client, id: UUID) -> None:
    """The link is void at once. 409 where it was used."""
    await gateway.bus.call(invites.RevokeInvite(invite_id=id, client=client))


@router.post(
    "/auth/invites/look", response_model=invites.InviteView, responses=problems(410), openapi_extra=PUBLIC
)
async def look_at_invite(gateway: Gateway, client: Client, body: invites.LookAtInviteBody) -> Response:
    """Who invites, and for which address, before an account is made."""
    message = invites.LookAtInvite(token=body.token.get_secret_value(), client=client)
    return await passed_through(gateway.bus, message)


@router.post(
    "/auth/invites/accept",
    status_code=201,
    response_model=SignedInBody,
    responses=problems(410),
    openapi_extra=PUBLIC,
)
async def accept_invite(
    gateway: Gateway, client: Client, body: invites.AcceptInviteBody, native: Native = None
) -> Response:
    """Makes the account and signs in. Whatever is wrong with the invitation is answered alike."""
    command = invites.AcceptInvite(
        token=body.token.get_secret_value(),
        name=body.name,
        email=body.email,
        password=body.password.get_secret_value(),
        client=client,
    )
    result = await gateway.bus.call(command, timeout=PASSWORD_SECONDS)
    if result.signed_in:
        return signed_in_response(gateway, result.signed_in, native=native == "native", status=201)
    return sign_in_response(gateway, result, native=native == "native")
