"""The newest of a channel or playlist as its feed tells: one small answer, where reading the list takes many.

The feed lags some minutes behind and is often not there at all. It only ever tells whether to look closer.
"""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from xml.etree.ElementTree import ParseError, fromstring

import structlog

from medianest_common.clock import Clock
from medianest_common.contracts.youtube import LinkKind
from medianest_common.errors import MediaNestError
from medianest_common.http import AddressPolicy, OutgoingClient, Response, Retry, Timeouts

log = structlog.get_logger()

LENGTH = 15
"""So many videos it holds at most."""
_ORIGIN = "https://www.youtube.com"
_VIDEO_ID = "{http://www.youtube.com/xml/schemas/2015}videoId"
_ENTRY = "{http://www.w3.org/2005/Atom}entry"
_MAX_BYTES = 1_000_000
_TIMEOUTS = Timeouts(connect=5.0, read=10.0, total=15.0)


class Feeds:
    def __init__(self, client: OutgoingClient | None) -> None:
        self._client = client

    @classmethod
    @asynccontextmanager
    async def open(
        cls, *, proxy: str, certificates: Path | None, clock: Clock, origin: str = _ORIGIN
    ) -> AsyncIterator["Feeds"]:
        """Through a proxy of a kind that only yt-dlp speaks to, no feed is asked for."""
        if proxy and not proxy.startswith(("http://", "https://")):
            yield cls(None)
            return
        tls = ssl.create_default_context(cafile=certificates) if certificates else None
        client = OutgoingClient(
            "YouTube",
            origin,
            policy=AddressPolicy.USER,
            timeouts=_TIMEOUTS,
            retry=Retry(attempts=2),
            concurrency=2,
            clock=clock,
            tls=tls,
            proxy=proxy or None,
        )
        async with client:
            yield cls(client)

    async def newest(self, list_id: str, kind: LinkKind) -> list[str] | None:
        """Ids of videos, in the feed's order; None: it does not tell at present."""
        if self._client is None:
            return None
        name = "channel_id" if kind is LinkKind.CHANNEL else "playlist_id"
        try:
            return await self._client.request_as(
                "GET", "/feeds/videos.xml", _video_ids, params={name: list_id}, max_bytes=_MAX_BYTES
            )
        except MediaNestError as error:
            log.info("feed_not_read", list_id=list_id, reason=error.detail or error.code)
            return None


def _video_ids(response: Response) -> list[str]:
    """No document type is accepted: it is where entities are declared, and a feed has none."""
    text = response.body.decode("utf-8")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("a feed declares nothing")
    try:
        feed = fromstring(text)  # noqa: S314
    except ParseError as error:
        raise ValueError("this is no feed") from error
    found = (entry.findtext(_VIDEO_ID, "") for entry in feed.iter(_ENTRY))
    return list(dict.fromkeys(video_id for video_id in found if len(video_id) == 11))
