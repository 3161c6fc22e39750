"""Pages for people without an account: administrators decide what stands on them."""

from uuid import UUID

from fastapi import Response

from medianest_common.contracts.health import pages
from medianest_common.web import Idempotent, Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(
    prefix="/admin/status-pages", tags=["Monitors"], responses=problems(401, 403, 422, 429, 503, 504)
)


@router.get("", response_model=pages.StatusPages)
async def list_status_pages(gateway: Gateway) -> Response:
    """Published or not."""
    return await passed_through(gateway.bus, pages.ListPages())


@router.post("", status_code=201, response_model=pages.StatusPage, responses=problems(409))
async def create_status_page(gateway: Gateway, body: pages.StatusPageBody, once: Idempotent) -> Response:
    """Seen by nobody until it is published. Whoever may see a monitor here, on the page everybody sees it. 409
    `SLUG_TAKEN`, `TOO_MANY_PAGES`."""
    message = pages.AddPage(page=_values(body))
    return await once(lambda: passed_through(gateway.bus, message, status=201))


@router.get("/{id:uuid}", response_model=pages.StatusPage, responses=problems(404))
async def get_status_page(gateway: Gateway, id: UUID) -> Response:
    """As administrators change it; what visitors see is at `/status/{slug}`."""
    return await passed_through(gateway.bus, pages.GetPage(id=id))


@router.put("/{id:uuid}", response_model=pages.StatusPage, responses=problems(404, 409))
async def change_status_page(gateway: Gateway, id: UUID, body: pages.ChangedPageBody) -> Response:
    """The whole of it. 409 `SLUG_TAKEN`, or `PAGE_CHANGED` where `version` is not the present one."""
    message = pages.ChangePage(id=id, page=_values(body), version=body.version)
    return await passed_through(gateway.bus, message)


@router.delete("/{id:uuid}", status_code=204, responses=problems(404))
async def delete_status_page(gateway: Gateway, id: UUID) -> None:
    """Its address answers 404 at once."""
    await gateway.bus.call(pages.RemovePage(id=id))


def _values(body: pages.StatusPageBody) -> pages.PageValues:
    return pages.PageValues.model_validate(body.model_dump(by_alias=False, exclude={"version"}))
