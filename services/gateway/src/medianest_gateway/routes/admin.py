"""For administrators. The services check the role themselves; nothing here decides."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from medianest_common.contracts import auth
from medianest_common.contracts.base import Page
from medianest_common.web import problems
from medianest_gateway.routes.common import Gateway, passed_through

router = APIRouter(prefix="/admin", tags=["Administration"], responses=problems(401, 403, 422, 429, 503, 504))


@router.get("/users", response_model=Page[auth.User])
async def list_users(gateway: Gateway, query: Annotated[auth.ListUsers, Query()]) -> Response:
    return await passed_through(gateway.bus, query)
