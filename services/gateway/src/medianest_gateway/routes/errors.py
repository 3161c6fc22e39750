"""Errors in browsers: reported by anybody signed in, read by administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from medianest_common.contracts.base import Page
from medianest_common.contracts.health import errors
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(prefix="/errors", tags=["Health"], responses=problems(401, 403, 422, 429, 503, 504))
admin = Router(
    prefix="/admin/errors", tags=["Administration"], responses=problems(401, 403, 422, 429, 503, 504)
)


@router.post("/report", status_code=204)
async def report_error(gateway: Gateway, body: errors.ReportErrorBody, request: Request) -> None:
    """Counted with those that are the same. Who reported it is not kept."""
    user_agent = request.headers.get("user-agent", "")[:512]
    await gateway.bus.call(errors.ReportError(body=body, user_agent=user_agent))


@admin.get("", response_model=Page[errors.ErrorSummary], responses=problems(400))
async def list_errors(gateway: Gateway, query: Annotated[errors.ListErrors, Query()]) -> Response:
    """Those seen last come first."""
    return await passed_through(gateway.bus, query)


@admin.get("/{id:uuid}", response_model=errors.ErrorDetails, responses=problems(404))
async def get_error(gateway: Gateway, id: UUID) -> Response:
    """With where it happened last."""
    return await passed_through(gateway.bus, errors.GetError(id=id))


@admin.post("/{id:uuid}/resolve", response_model=errors.ErrorDetails, responses=problems(404))
async def resolve_error(gateway: Gateway, id: UUID) -> Response:
    """Until it is seen again."""
    return await passed_through(gateway.bus, errors.ResolveError(id=id))


@admin.delete("/{id:uuid}", status_code=204, responses=problems(404))
async def delete_error(gateway: Gateway, id: UUID) -> None:
    """It begins anew should it be seen again."""
    await gateway.bus.call(errors.DeleteError(id=id))
