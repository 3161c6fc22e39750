"""A Plex Media Server, as far as the portal asks it. Always JSON, the token in a header and nowhere else."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Self

from medianest_common.clock import Clock
from medianest_common.errors import MediaNestError, TooManyRequests
from medianest_common.http import Response, UpstreamRefused
from medianest_common.http.bulkhead import BulkheadFull
from medianest_common.images import LARGEST_IMAGE, Image, read_image
from medianest_plex.adapters.answers import (
    About,
    Chunk,
    Identity,
    Section,
    TokenRefused,
    container_of,
    read_about,
    read_chunk,
    read_hits,
    read_identity,
    read_keys,
    read_sections,
    read_views,
)
from medianest_plex.adapters.coercion import Document, to_int, to_key
from medianest_plex.adapters.event_socket import EventSocket, event_socket
from medianest_plex.adapters.items import PlexItem, read_items, read_seasons
from medianest_plex.adapters.pms_clients import PmsClients
from medianest_plex.errors import PlexUnavailable

_LOOK_SECONDS = 3.0
_SEARCH_SECONDS = 5.0
_MOST_PAGES = 10
_LEAN: Mapping[str, str] = {
    "includeGuids": "1",
    "excludeElements": "Media,Role,Director,Writer,Country,Genre",
}
# What counts as new in a library of each type, in Plex's numbers.
_EPISODES, _ALBUMS = "4", "9"


class Pms:
    """Ends in an answer, in `TokenRefused`, or in what `OutgoingClient` raises; `PlexUnavailable` before it was told
    where the server is."""

    def __init__(self, *, headers: Mapping[str, str], clock: Clock) -> None:
        self._headers = headers
        self._clock = clock
        self._clients: PmsClients | None = None
        self._left: PmsClients | None = None
        self.heed: Callable[[MediaNestError | None], None] = lambda _: None
        """Told how each question ended: None when the server answered it, even if with a refusal."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for clients in filter(None, (self._clients, self._left)):
            await clients.aclose()

    async def move_to(self, base_url: str) -> None:
        """Questions under way may still end at the address that is left: it is closed with the next move."""
        clients = PmsClients.at(base_url, headers=self._headers, clock=self._clock)
        closing, self._left, self._clients = self._left, self._clients, clients
        if closing is not None:
            await closing.aclose()

    @property
    def base_url(self) -> str | None:
        return str(self._clients.questions.base_url).rstrip("/") if self._clients else None

    async def identity(self) -> Identity:
        """Needs no token."""
        return await self._get("/identity", read_identity, timeout=_LOOK_SECONDS)

    async def about(self, *, token: str) -> About:
        return await self._get("/", read_about, token=token, timeout=_LOOK_SECONDS)

    async def sections(self, *, token: str) -> list[Section]:
        return await self._get("/library/sections", read_sections, token=token)

    async def count(self, section: Section, *, token: str) -> int | None:
        """How many films, shows or artists a library holds; None if the server does not say."""
        return await self._get(
            f"/library/sections/{section.key}/all",
            lambda response: to_int(container_of(response).get("totalSize")),
            token=token,
            params={"X-Plex-Container-Start": 0, "X-Plex-Container-Size": 0},
        )

    async def chunk(
        self,
        section_key: str,
        *,
        kind: int,
        start: int,
        size: int,
        token: str,
        sort: str = "titleSort",
        filters: Mapping[str, str | int] | None = None,
    ) -> Chunk:
        """From `start` on, `size` items of one kind in Plex's numbers. Servers may answer more or fewer than asked."""
        return await self._get(
            f"/library/sections/{section_key}/all",
            read_chunk,
            token=token,
            params={
                "type": kind,
                "sort": sort,
                "includeGuids": "1",
                "X-Plex-Container-Start": start,
                "X-Plex-Container-Size": size,
                **(filters or {}),
            },
        )

    async def members(self, collection: int, *, start: int, size: int, token: str) -> Chunk:
        """Of what is in a collection, as `chunk`."""
        params = {"X-Plex-Container-Start": start, "X-Plex-Container-Size": size}
        return await self._get(
            f"/library/collections/{collection}/items", read_chunk, token=token, params=params
        )

    async def existing(self, keys: Sequence[int], *, token: str) -> set[int]:
        """Those of these items that the server knows."""
        try:
            return await self._get(
                f"/library/metadata/{','.join(map(str, keys))}",
                read_keys,
                token=token,
                params={"checkFiles": 0},
            )
        except UpstreamRefused as refused:
            if refused.upstream_status == 404:
                return set()
            raise

    def events(self, *, token: str) -> AbstractAsyncContextManager[EventSocket]:
        return event_socket(
            self._reached().questions.base_url, headers={**self._headers, "X-Plex-Token": token}
        )

    async def views(self, keys: Sequence[int], *, token: str) -> dict[int, int]:
        """How often whoever the token belongs to has seen these items, as far as the server knows them."""
        path = f"/library/metadata/{','.join(map(str, keys))}"
        try:
            return await self._get(path, read_views, token=token, params={"checkFiles": 0})
        except UpstreamRefused as refused:
            if refused.upstream_status == 404:
                return {}
            raise

    async def newest(self, section: Section, *, limit: int, token: str) -> list[PlexItem]:
        """The latest additions to one library: films, seasons or albums, the newest first."""
        of = "recently_added"
        if section.type == "show":
            episodes = await self._newest(section, limit=limit, token=token, kind=_EPISODES)
            if episodes:
                return read_seasons(episodes, of=of, library_key=section.key)
        kind = _ALBUMS if section.type == "artist" else None
        documents = await self._newest(section, limit=limit, token=token, kind=kind)
        return read_items(documents, of=of, library_key=section.key)

    async def search(self, query: str, *, limit: int, token: str) -> list[PlexItem]:
        """Hits of all kinds in all libraries the token opens, the best first."""
        try:
            documents = await self._get(
                "/hubs/search",
                read_hits,
                token=token,
                params={"query": query, "limit": limit, "includeGuids": "1"},
                timeout=_SEARCH_SECONDS,
            )
        except UpstreamRefused as refused:
            if refused.upstream_status == 404:
                return []  # No library of this token can be searched.
            raise
        return read_items(documents, of="search")

    async def image(self, path: str, *, width: int, height: int, token: str) -> Image:
        """`path` must be one of the server's own pictures, since the server fetches whatever it is told."""
        params: dict[str, str | int] = {
            "width": width,
            "height": height,
            "minSize": 1,
            "upscale": 1,
            "url": path,
        }
        async with _understood():
            return await self._reached().pictures.request_as(
                "GET",
                "/photo/:/transcode",
                read_image,
                params=params,
                headers={"X-Plex-Token": token},
                max_bytes=LARGEST_IMAGE,
            )

    async def _newest(self, section: Section, *, limit: int, token: str, kind: str | None) -> list[Document]:
        """Pages until there is enough: servers answer shorter pages than asked, or everything at once."""
        found: dict[str, Document] = {}
        read = 0
        for _ in range(_MOST_PAGES):
            page = await self._get(
                f"/library/sections/{section.key}/all",
                read_chunk,
                token=token,
                params={
                    **_LEAN,
                    "type": kind,
                    "sort": "addedAt:desc",
                    "limit": limit,
                    "X-Plex-Container-Start": read,
                    "X-Plex-Container-Size": limit - read,
                },
            )
            read += len(page.documents)
            before = len(found)
            for number, item in enumerate(page.documents):
                found.setdefault(to_key(item.get("ratingKey")) or f"{read}.{number}", item)
            if len(found) == before or read >= limit or (page.total is not None and read >= page.total):
                break
        return list(found.values())[:limit]

    async def ask[T](
        self,
        method: str,
        path: str,
        parse: Callable[[Response], T],
        *,
        token: str | None = None,
        params: Mapping[str, Any] | None = None,
        timeout: float | None = None,
    ) -> T:
        headers = {"X-Plex-Token": token} if token else None
        try:
            async with _understood():
                answer = await self._reached().questions.request_as(
                    method, path, parse, params=params, headers=headers, timeout=timeout
                )
        except (TokenRefused, UpstreamRefused, TooManyRequests, BulkheadFull):
            self.heed(None)
            raise
        except MediaNestError as error:
            self.heed(error)
            raise
        self.heed(None)
        return answer

    async def container(
        self,
        method: str,
        path: str,
        *,
        token: str,
        params: Mapping[str, Any] | None = None,
        timeout: float | None = None,
    ) -> Document:
        """What such a question is answered with; empty for an empty answer."""
        return await self.ask(method, path, container_of, token=token, params=params, timeout=timeout)

    async def _get[T](
        self,
        path: str,
        parse: Callable[[Response], T],
        *,
        token: str | None = None,
        params: Mapping[str, Any] | None = None,
        timeout: float | None = None,
    ) -> T:
        return await self.ask("GET", path, parse, token=token, params=params, timeout=timeout)

    def _reached(self) -> PmsClients:
        if self._clients is None:
            raise PlexUnavailable(
                "The Plex server of this installation was not found yet. Try again in a moment.",
                upstream="Plex",
                retry_after=10,
            )
        return self._clients


@asynccontextmanager
async def _understood() -> AsyncIterator[None]:
    try:
        yield
    except UpstreamRefused as refused:
        if refused.upstream_status in (401, 403):
            raise TokenRefused() from None
        raise
