"""Pictures of the catalogue."""

from typing import Annotated

from fastapi import Path, Response

from medianest_common.contracts.media import images
from medianest_common.web import Router, problems
from medianest_gateway.pictures import PICTURE, picture
from medianest_gateway.routes.common import Gateway

router = Router(
    prefix="/media", tags=["Media catalogue"], responses=problems(401, 403, 422, 429, 502, 503, 504)
)


@router.get("/images/{size}/{name}", response_class=Response, responses=PICTURE)
async def get_catalogue_image(
    gateway: Gateway,
    size: images.ImageSize,
    name: Annotated[str, Path(max_length=68, pattern=images.NAME)],
) -> Response:
    """As `posterUrl` and the like give its address; each of the sizes can be asked for. While TMDB does not have the
    image or is away, a placeholder is shown, which is asked for again soon."""
    return await picture(gateway.bus, images.GetImage(size=size, name=name))
