"""Where TMDB keeps its pictures. No key is needed there, whichever catalogue told of them."""

from typing import Self

from medianest_common.clock import Clock
from medianest_common.contracts.media.images import ImageSize
from medianest_common.errors import MediaNestError
from medianest_common.http import AddressPolicy, OutgoingClient, Retry, Timeouts, UpstreamRefused
from medianest_common.images import LARGEST_IMAGE, Image, read_image
from medianest_media.errors import PictureMissing, PicturesUnavailable

_SYSTEM = "TMDB pictures"
_TIMEOUTS = Timeouts(connect=3.0, read=8.0, pool=8.0, total=10.0)
_AT_ONCE = 8
_GONE = (404, 410)


class TmdbImages:
    def __init__(self, url: str, *, clock: Clock) -> None:
        self._client = OutgoingClient(
            _SYSTEM,
            url,
            policy=AddressPolicy.OPERATOR,
            headers={"Accept": "image/*"},
            timeouts=_TIMEOUTS,
            retry=Retry(attempts=2),
            concurrency=_AT_ONCE,
            clock=clock,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def fetch(self, size: ImageSize, name: str) -> Image:
        """Raises `PictureMissing` or `PicturesUnavailable`."""
        try:
            return await self._client.request_as(
                "GET", f"/{size}/{name}", read_image, max_bytes=LARGEST_IMAGE
            )
        except MediaNestError as error:
            if isinstance(error, UpstreamRefused) and error.upstream_status in _GONE:
                raise PictureMissing("The catalogue names another one when it is looked at anew.") from None
            raise PicturesUnavailable(
                "TMDB does not answer with this picture at the moment.",
                upstream=_SYSTEM,
                retry_after=error.retry_after or 10,
            ) from error
