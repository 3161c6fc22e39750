"""How things are downloaded from YouTube."""

from uuid import UUID

from fastapi import Response

from medianest_common.contracts.youtube import profiles
from medianest_common.web import Idempotent, Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(
    prefix="/youtube/profiles", tags=["YouTube"], responses=problems(401, 403, 422, 429, 503, 504)
)


@router.get("", response_model=profiles.ProfileList)
async def list_profiles(gateway: Gateway) -> Response:
    """What can be chosen for a download; one of them is the default."""
    return await passed_through(gateway.bus, profiles.ListProfiles())


@router.post("", status_code=201, response_model=profiles.Profile, responses=problems(409))
async def create_profile(gateway: Gateway, body: profiles.ProfileBody, once: Idempotent) -> Response:
    """For administrators, as all changes of them."""
    return await once(lambda: passed_through(gateway.bus, profiles.CreateProfile(profile=body), status=201))


@router.put("/{id:uuid}", response_model=profiles.Profile, responses=problems(404, 409))
async def change_profile(gateway: Gateway, id: UUID, body: profiles.ProfileBody) -> Response:
    """Holds for what is downloaded from now on."""
    return await passed_through(gateway.bus, profiles.ChangeProfile(id=id, profile=body))


@router.delete("/{id:uuid}", status_code=204, responses=problems(404, 409))
async def delete_profile(gateway: Gateway, id: UUID) -> None:
    """Files stay. Neither the default one nor one that a subscription uses can be deleted."""
    await gateway.bus.call(profiles.DeleteProfile(id=id))
