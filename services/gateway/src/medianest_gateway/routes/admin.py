"""For administrators. The services check the role themselves; nothing here decides."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from medianest_common.contracts.auth import people
from medianest_common.contracts.base import Page
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through
from medianest_gateway.routes.signing_in import Client

router = Router(prefix="/admin", tags=["Administration"], responses=problems(401, 403, 422, 429, 503, 504))


@router.get("/users", response_model=Page[people.Account])
async def list_users(gateway: Gateway, query: Annotated[people.ListUsers, Query()]) -> Response:
    """Everybody who has an account here."""
    return await passed_through(gateway.bus, query)


@router.get("/users/{id:uuid}", response_model=people.Account, responses=problems(404))
async def get_user(gateway: Gateway, id: UUID) -> Response:
    """With how they sign in, and when they were last seen."""
    return await passed_through(gateway.bus, people.GetUser(user_id=id))


@router.patch("/users/{id:uuid}", response_model=people.Account, responses=problems(404, 409))
async def change_user(gateway: Gateway, id: UUID, body: people.ChangeUserBody, client: Client) -> Response:
    """Role and status. Felt within a second: tokens from before are stale with a new role, and dead once suspended."""
    command = people.ChangeUser(user_id=id, role=body.role, status=body.status, client=client)
    return await passed_through(gateway.bus, command)


@router.delete("/users/{id:uuid}", status_code=204, responses=problems(404, 409))
async def delete_user(gateway: Gateway, id: UUID, client: Client) -> None:
    """With everything that any service holds about them; `GET /admin/erasures/{id}` shows how far that has got."""
    await gateway.bus.call(people.DeleteUser(user_id=id, client=client), timeout=5)


@router.post("/users/{id:uuid}/sign-out", status_code=204, responses=problems(404))
async def sign_out_user(gateway: Gateway, id: UUID, client: Client) -> None:
    """Out of all sessions. Personal tokens live on."""
    await gateway.bus.call(people.SignOutUser(user_id=id, client=client))


@router.post("/users/{id:uuid}/make-owner", response_model=people.Account, responses=problems(404, 409))
async def make_owner(gateway: Gateway, id: UUID, client: Client) -> Response:
    """Hands the ownership over. Whoever had it is an administrator afterwards."""
    return await passed_through(gateway.bus, people.MakeOwner(user_id=id, client=client))


@router.get("/erasures/{id:uuid}", response_model=people.Erasure, responses=problems(404))
async def get_erasure(gateway: Gateway, id: UUID) -> Response:
    """Which services have erased a deleted person's data, and when."""
    return await passed_through(gateway.bus, people.GetErasure(user_id=id))
