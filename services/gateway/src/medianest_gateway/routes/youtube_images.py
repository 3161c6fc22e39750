"""Pictures of videos, playlists and channels."""

from typing import Annotated

from fastapi import Path, Response

from medianest_common.contracts.youtube import images
from medianest_common.web import Router, problems
from medianest_gateway.pictures import PICTURE, picture
from medianest_gateway.routes.common import Gateway

router = Router(prefix="/youtube", tags=["YouTube"], responses=problems(401, 403, 422, 429, 503, 504))


@router.get("/images/{key}", response_class=Response, responses={**PICTURE, **problems(404)})
async def get_youtube_image(
    gateway: Gateway, key: Annotated[str, Path(max_length=1_400, pattern="^[A-Za-z0-9_-]+$")]
) -> Response:
    """As `thumbnailUrl` gives its address. While YouTube does not have the image or is away, a placeholder is shown,
    which is asked for again soon."""
    return await picture(gateway.bus, images.GetImage(key=key))
