"""Personal tokens. One's own are made, seen and ended by people, never with a token."""

from uuid import UUID

from fastapi import Response

from medianest_common.contracts.auth import tokens
from medianest_common.contracts.base import Page
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through
from medianest_gateway.routes.signing_in import Client

router = Router(tags=["Personal tokens"], responses=problems(401, 403, 422, 429, 503, 504))


@router.post("/auth/tokens", status_code=201, response_model=tokens.NewPersonalToken, responses=problems(409))
async def create_token(gateway: Gateway, client: Client, body: tokens.PersonalTokenBody) -> Response:
    """Needs a fresh sign-in. The token is shown this once."""
    command = tokens.CreatePersonalToken(**body.model_dump(), client=client)
    return await passed_through(gateway.bus, command, status=201)


@router.get("/auth/tokens", response_model=Page[tokens.PersonalToken])
async def list_tokens(gateway: Gateway) -> Response:
    """What each may do and when it was last used. The tokens themselves are not kept."""
    return await passed_through(gateway.bus, tokens.ListPersonalTokens())


@router.delete("/auth/tokens/{id:uuid}", status_code=204, responses=problems(404))
async def revoke_token(gateway: Gateway, client: Client, id: UUID) -> None:
    """Refused everywhere within a second."""
    await gateway.bus.call(tokens.RevokePersonalToken(token_id=id, client=client))


@router.get(
    "/admin/users/{id:uuid}/tokens", response_model=Page[tokens.PersonalToken], responses=problems(404)
)
async def list_tokens_of(gateway: Gateway, id: UUID) -> Response:
    """Of somebody else, for administrators."""
    return await passed_through(gateway.bus, tokens.ListPersonalTokens(user_id=id))


@router.delete("/admin/users/{id:uuid}/tokens/{token_id:uuid}", status_code=204, responses=problems(404))
async def revoke_token_of(gateway: Gateway, client: Client, id: UUID, token_id: UUID) -> None:
    """Refused everywhere within a second."""
    await gateway.bus.call(tokens.RevokePersonalToken(token_id=token_id, user_id=id, client=client))
