from bisect import bisect_left

from medianest_common.bus import Raw
from medianest_common.contracts.plex import GetImage
from medianest_common.errors import FieldError, Invalid, MediaNestError
from medianest_common.http import UpstreamRefused
from medianest_common.images import Image
from medianest_plex.adapters.answers import TokenRefused
from medianest_plex.app import PlexApp
from medianest_plex.audience import audience, owner_token_refused
from medianest_plex.errors import NoSuchImage, PictureMissing, PlexUnavailable

SIZES = (80, 160, 240, 320, 480, 640, 960, 1280, 1920)
"""Pixels: another size is answered with the next larger one, so that few are made and all can be kept."""


async def get_image(app: PlexApp, query: GetImage) -> Raw:
    picture = app.images.read(query.key)
    width, height = _size(query.width, "width"), _size(query.height, "height")
    whose = await audience(app)
    if not whose.may_see(picture.section):
        raise NoSuchImage("Use a picture's key as it was given.")
    name = f"{app.plex.connection.identity}|{picture.path}|{width}x{height}"
    image = await app.image_cache.get_or_fetch(
        name, lambda: _fetched(app, picture.path, width=width, height=height)
    )
    return Raw(image.body, content_type=image.content_type)


async def _fetched(app: PlexApp, path: str, *, width: int, height: int) -> Image:
    try:
        return await app.plex.pms.image(path, width=width, height=height, token=app.plex.token)
    except TokenRefused:
        raise owner_token_refused() from None
    except UpstreamRefused as refused:
        if refused.upstream_status in (404, 410):
            raise PictureMissing("It may be there again after the next look at the library.") from None
        raise
    except MediaNestError as error:
        raise PlexUnavailable(
            "Plex does not answer with this picture at the moment.",
            upstream="Plex",
            retry_after=error.retry_after or 10,
        ) from error


def _size(pixels: int, field: str) -> int:
    if pixels < 1:
        raise Invalid("A picture has a size.", errors=[FieldError(field, "must be at least 1")])
    return SIZES[min(bisect_left(SIZES, pixels), len(SIZES) - 1)]
