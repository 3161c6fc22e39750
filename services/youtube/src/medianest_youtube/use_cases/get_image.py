"""A picture of a video or channel: YouTube is asked for it once, and no browser of the household ever."""

from medianest_common.bus import Raw, require_caller
from medianest_common.contracts.youtube.images import GetImage
from medianest_common.errors import MediaNestError, NotFound, Unavailable
from medianest_common.http import AddressRefused, UpstreamRefused
from medianest_common.images import LARGEST_IMAGE, Image, UnknownAddress
from medianest_youtube.app import YoutubeApp

_GONE = (404, 410)


class NoSuchImage(NotFound):
    title = "There is no such picture"


class PictureMissing(NotFound):
    title = "YouTube does not have this picture"


class PicturesUnavailable(Unavailable):
    title = "Pictures cannot be fetched at present"


async def get_image(app: YoutubeApp, query: GetImage) -> Raw:
    require_caller()
    try:
        url = app.images.read(query.key)
    except UnknownAddress:
        raise NoSuchImage("Use a picture's address as it was given.") from None
    image = await app.image_cache.get_or_fetch(url, lambda: _fetched(app, url))
    return Raw(image.body, content_type=image.content_type)


async def _fetched(app: YoutubeApp, url: str) -> Image:
    try:
        image = await app.pictures.fetch(url, max_bytes=LARGEST_IMAGE)
    except AddressRefused:
        raise NoSuchImage("Use a picture's address as it was given.") from None
    except UpstreamRefused as refused:
        if refused.upstream_status in _GONE:
            raise PictureMissing("The video or channel may have another one by now.") from None
        raise _unavailable(refused) from refused
    except MediaNestError as error:
        raise _unavailable(error) from error
    if image is None:
        raise PictureMissing("What is there is no picture that can be shown.")
    return image


def _unavailable(error: MediaNestError) -> PicturesUnavailable:
    return PicturesUnavailable(
        "YouTube does not answer with this picture at the moment.",
        upstream="YouTube",
        retry_after=error.retry_after or 10,
    )
