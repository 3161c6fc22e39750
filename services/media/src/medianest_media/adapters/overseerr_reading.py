"""Asking Overseerr for something, and telling what it does not have from what it cannot find out just now."""

from collections.abc import Callable
from typing import Any

from medianest_common.clock import Clock
from medianest_common.contracts.media import MediaType
from medianest_common.errors import BadUpstream
from medianest_common.http import OutgoingClient, Response, UpstreamRefused
from medianest_media.adapters import overseerr_answers as answers
from medianest_media.adapters.catalogue import TitleDetails
from medianest_media.adapters.overseerr_refusals import unexpected, wrong_key
from medianest_media.errors import TitleUnknown

SECONDS = 3.0
_PROBES = 400


class OverseerrReading:
    def __init__(self, client: OutgoingClient, *, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def get[T](
        self,
        path: str,
        read: Callable[[dict[str, Any]], T],
        *,
        timeout: float | None = None,
        expects: int | None = None,
        once: bool = False,
    ) -> T:
        """A refusal with the status the caller `expects` is raised as it came."""
        try:
            return await self._client.request_as(
                "GET", f"/api/v1{path}", _json(read), timeout=timeout, idempotent=not once
            )
        except UpstreamRefused as refused:
            if refused.upstream_status == expects:
                raise
            denied = refused.upstream_status in (401, 403)
            raise (wrong_key() if denied else unexpected(refused)) from refused

    async def details(self, media_type: MediaType, tmdb_id: int) -> TitleDetails:
        return await self.known(
            f"/{media_type}/{tmdb_id}",
            lambda answer: answers.title_details(answer, media_type),
            unknown=TitleUnknown("TMDB has no title with this number."),
        )

    async def known[T](self, path: str, read: Callable[[dict[str, Any]], T], *, unknown: Exception) -> T:
        """Raises `unknown` only if TMDB answers: what it does not have and a TMDB that is away are both a 500.

        It is asked once only. Else a few numbers that do not exist would open the breaker for everybody.
        """
        try:
            return await self.get(path, read, timeout=SECONDS, expects=404, once=True)
        except BadUpstream as error:
            if not isinstance(error, UpstreamRefused) and not await self.tmdb_answers():
                raise
            raise unknown from None

    async def tmdb_answers(self, *, timeout: float = SECONDS) -> bool:
        """Whether a search that must find something does.

        With TMDB away a search finds nothing and other questions fail, unless Overseerr remembers the answer from
        before. So the page asked for is another one every second; whatever page it is, the total is told.
        """
        page = int(self._clock.now().timestamp()) % _PROBES + 1
        try:
            return await self.get(
                f"/search?query=the&page={page}", lambda answer: answer["totalResults"] > 0, timeout=timeout
            )
        except BadUpstream:
            return False


def _json[T](read: Callable[[Any], T]) -> Callable[[Response], T]:
    return lambda response: read(response.json())
