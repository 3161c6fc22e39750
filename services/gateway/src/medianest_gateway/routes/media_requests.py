"""What else becomes of requests: changed, followed, decided in bulk, looked at again; and who may ask for how much."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from medianest_common.contracts import media
from medianest_common.contracts.base import Page
from medianest_common.contracts.media import allowing, changing
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through
from medianest_gateway.routes.media import UPSTREAM_SECONDS
from medianest_gateway.routes.media_catalogue import TmdbId

router = Router(
    prefix="/media", tags=["Media requests"], responses=problems(401, 403, 422, 429, 502, 503, 504)
)

MANY_SECONDS = 20.0
"""For as many decisions as one call may hold."""


@router.patch("/requests/{id:uuid}", response_model=media.MediaRequest, responses=problems(404, 409))
async def edit_request(gateway: Gateway, id: UUID, body: changing.EditRequestBody) -> Response:
    """One's own while it is pending; an administrator's to change as long as it is not over."""
    message = changing.EditRequest(
        id=id,
        seasons=body.seasons,
        note=body.note,
        clear_note="note" in body.model_fields_set and body.note is None,
    )
    return await passed_through(gateway.bus, message, timeout=UPSTREAM_SECONDS)


@router.get("/requests/followed", response_model=Page[media.MediaRequest], responses=problems(400))
async def list_followed(gateway: Gateway, query: Annotated[changing.ListFollowed, Query()]) -> Response:
    """Other people's requests, without their notes and, unless the household shows them, their names."""
    return await passed_through(gateway.bus, query)


@router.post("/requests/{id:uuid}/follow", response_model=media.MediaRequest, responses=problems(404, 409))
async def follow_request(gateway: Gateway, id: UUID) -> Response:
    """Hear what becomes of somebody else's request."""
    return await passed_through(gateway.bus, changing.FollowRequest(id=id))


@router.delete("/requests/{id:uuid}/follow", status_code=204, responses=problems(404))
async def unfollow_request(gateway: Gateway, id: UUID) -> None:
    """Hear no more of it."""
    await gateway.bus.call(changing.UnfollowRequest(id=id))


@router.post("/requests/{id:uuid}/check", response_model=media.MediaRequest, responses=problems(404, 409))
async def check_request(gateway: Gateway, id: UUID) -> Response:
    """Ask the backend and the library now what has become of it."""
    return await passed_through(gateway.bus, changing.CheckRequest(id=id), timeout=UPSTREAM_SECONDS)


@router.post("/requests/bulk", response_model=changing.BulkResults)
async def decide_requests(gateway: Gateway, body: changing.BulkBody) -> Response:
    """Each by itself: one that cannot be decided is told in its place and holds up no other."""
    message = changing.DecideRequests(ids=body.ids, action=body.action, reason=body.reason)
    return await passed_through(gateway.bus, message, timeout=MANY_SECONDS)


@router.get(
    "/options/{media_type}/{tmdb_id}", response_model=allowing.RequestOptions, responses=problems(404)
)
async def get_request_options(gateway: Gateway, media_type: media.MediaType, tmdb_id: TmdbId) -> Response:
    """What of a title one may ask for, in each quality, and what is left of one's quota."""
    message = allowing.GetRequestOptions(media_type=media_type, tmdb_id=tmdb_id)
    return await passed_through(gateway.bus, message, timeout=UPSTREAM_SECONDS)


@router.get("/quotas", response_model=Page[allowing.PersonQuota], responses=problems(400))
async def list_quotas(gateway: Gateway, query: Annotated[allowing.ListQuotas, Query()]) -> Response:
    """People for whom something of their own was laid down."""
    return await passed_through(gateway.bus, query)


@router.get("/quotas/{user_id:uuid}", response_model=allowing.PersonQuota, responses=problems(404))
async def get_person_quota(gateway: Gateway, user_id: Annotated[UUID, Path()]) -> Response:
    """What was laid down for this person, and what of it is used."""
    return await passed_through(gateway.bus, allowing.GetPersonQuota(user_id=user_id))


@router.put("/quotas/{user_id:uuid}", response_model=allowing.PersonQuota, responses=problems(404))
async def set_quota(
    gateway: Gateway, user_id: Annotated[UUID, Path()], body: allowing.OwnQuotaBody
) -> Response:
    """The whole of it; what is null is as for the person's role."""
    message = allowing.SetQuota.model_validate({**body.model_dump(by_alias=False), "user_id": user_id})
    return await passed_through(gateway.bus, message)


@router.delete("/quotas/{user_id:uuid}", status_code=204, responses=problems(404))
async def remove_quota(gateway: Gateway, user_id: Annotated[UUID, Path()]) -> None:
    """As for the person's role again."""
    await gateway.bus.call(allowing.RemoveQuota(user_id=user_id))
