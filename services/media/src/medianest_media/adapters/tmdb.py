"""TMDB as the catalogue of a household without Overseerr, over its version 3 API."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, urlencode

from medianest_common.clock import Clock
from medianest_common.contracts.media import MediaType, ShelfOrder
from medianest_common.errors import BadUpstream, MediaNestError
from medianest_common.http import AddressPolicy, OutgoingClient, Timeouts, UpstreamRefused
from medianest_media.adapters import catalogue_answers, tmdb_answers
from medianest_media.adapters.backend import BackendMisconfigured, Parts
from medianest_media.adapters.catalogue import (
    FoundPage,
    NamedNumber,
    Narrowing,
    PersonDetails,
    ProviderDetails,
    Relation,
    SeasonEpisodes,
    Shelf,
    TitleDetails,
)
from medianest_media.errors import PersonUnknown, TitleUnknown

_SYSTEM = "TMDB"
_SECONDS = 3.0
_PARTS = "credits,videos,external_ids,watch/providers,keywords"
_PARTS_OF = {MediaType.MOVIE: f"{_PARTS},release_dates", MediaType.TV: f"{_PARTS},content_ratings"}
_RELEASED_AFTER = {MediaType.MOVIE: "primary_release_date.gte", MediaType.TV: "first_air_date.gte"}
_RELEASED_BEFORE = {MediaType.MOVIE: "primary_release_date.lte", MediaType.TV: "first_air_date.lte"}
_NEWEST = {MediaType.MOVIE: "primary_release_date.desc", MediaType.TV: "first_air_date.desc"}
_BAD_PARAMETERS = (400, 422)
_BY_IMDB = re.compile(r"imdb:(tt\d{7,10})")
"""How Overseerr takes a number of IMDb in place of a name; people come with such links from everywhere."""


class Tmdb:
    """It knows titles and nothing of what the household has or fetches."""

    tells_standing = False
    is_there = True

    def __init__(
        self, client: OutgoingClient, *, clock: Clock, query_key: str | None, language: str, region: str
    ) -> None:
        self._client = client
        self._clock = clock
        self._key = query_key
        self._language = language
        self._region = region

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, *, api_key: str, language: str, region: str, clock: Clock
    ) -> AsyncIterator["Tmdb"]:
        """A read token of version 4 travels in a header. TMDB takes a key of version 3 in the query only."""
        is_token = "." in api_key
        client = OutgoingClient(
            _SYSTEM,
            url,
            policy=AddressPolicy.MONITOR,
            headers={"Authorization": f"Bearer {api_key}"} if is_token else {},
            timeouts=Timeouts(connect=2.0, read=_SECONDS, total=_SECONDS),
            clock=clock,
        )
        async with client:
            yield cls(
                client,
                clock=clock,
                query_key=None if is_token else api_key,
                language=language,
                region=region,
            )

    def parts(self) -> Parts:
        return {"tmdb": self.check}

    async def search(self, query: str, *, page: int) -> FoundPage:
        if number := _BY_IMDB.fullmatch(query):
            return await self._read(
                f"/find/{number[1]}",
                lambda answer: tmdb_answers.found_by_number(answer, page=page),
                external_source="imdb_id",
            )
        try:
            return await self._get(
                "/search/multi",
                lambda answer: tmdb_answers.found_page(answer, page=page),
                query=query,
                page=page,
                include_adult="false",
            )
        except UpstreamRefused as refused:
            if refused.upstream_status in _BAD_PARAMETERS:  # nothing in it that it could look for
                return FoundPage(found=(), page=page, total_pages=1)
            raise _unexpected(refused) from refused

    async def discover(self, shelf: Shelf, *, page: int, narrowing: Narrowing) -> FoundPage:
        if shelf == "trending":
            return await self._page("/trending/all/week", page=page)
        if shelf != "upcoming":
            media_type = MediaType.MOVIE if shelf == "movies" else MediaType.TV
            return await self._shelf(media_type, page=page, narrowing=narrowing)
        kinds = [narrowing.media_type] if narrowing.media_type else list(MediaType)
        pages = [await self._shelf(kind, page=page, narrowing=narrowing, upcoming=True) for kind in kinds]
        return FoundPage(
            found=tuple(one for each in pages for one in each.found),
            page=page,
            total_pages=max(each.total_pages for each in pages),
        )

    async def details(self, media_type: MediaType, tmdb_id: int) -> TitleDetails:
        return await self._known(
            f"/{media_type}/{tmdb_id}",
            lambda answer: tmdb_answers.title_details(answer, media_type, region=self._region),
            unknown=TitleUnknown("TMDB has no title with this number."),
            append_to_response=_PARTS_OF[media_type],
        )

    async def season(self, tmdb_id: int, number: int) -> SeasonEpisodes:
        return await self._known(
            f"/tv/{tmdb_id}/season/{number}",
            lambda answer: catalogue_answers.season(tmdb_answers.spelled(answer)),
            unknown=TitleUnknown("TMDB has no such season."),
        )

    async def related(
        self, media_type: MediaType, tmdb_id: int, *, relation: Relation, page: int
    ) -> FoundPage:
        return await self._known(
            f"/{media_type}/{tmdb_id}/{catalogue_answers.RELATIONS[relation]}",
            lambda answer: tmdb_answers.found_page(answer, page=page, media_type=media_type),
            unknown=TitleUnknown("TMDB has no title with this number."),
            page=page,
        )

    async def person(self, person_id: int) -> PersonDetails:
        return await self._known(
            f"/person/{person_id}",
            tmdb_answers.person,
            unknown=PersonUnknown("TMDB has nobody with this number."),
            append_to_response="combined_credits",
        )

    async def genres(self, media_type: MediaType) -> tuple[NamedNumber, ...]:
        return await self._read(
            f"/genre/{media_type}/list", lambda answer: catalogue_answers.genres(answer["genres"])
        )

    async def providers(self, media_type: MediaType) -> tuple[ProviderDetails, ...]:
        return await self._read(
            f"/watch/providers/{media_type}",
            lambda answer: catalogue_answers.providers(tmdb_answers.spelled(answer["results"])),
            watch_region=self._region,
        )

    async def check(self) -> None:
        """Whether it is there and takes our key."""
        await self._read("/configuration", lambda answer: answer["images"])

    async def _shelf(
        self, media_type: MediaType, *, page: int, narrowing: Narrowing, upcoming: bool = False
    ) -> FoundPage:
        wanted: dict[str, str | int] = {"sort_by": "popularity.desc", "include_adult": "false"}
        if narrowing.genre is not None:
            wanted["with_genres"] = narrowing.genre
        if narrowing.provider is not None:
            wanted |= {"with_watch_providers": narrowing.provider, "watch_region": self._region}
        first, last = narrowing.between(self._clock.now().date())
        if first:
            wanted[_RELEASED_AFTER[media_type]] = first.isoformat()
        if last:
            wanted[_RELEASED_BEFORE[media_type]] = last.isoformat()
        if narrowing.sort is ShelfOrder.NEWEST:
            wanted["sort_by"] = _NEWEST[media_type]
        if upcoming:
            wanted[_RELEASED_AFTER[media_type]] = self._clock.now().date().isoformat()
        path = f"/discover/{media_type}"
        return await self._page(path, page=page, media_type=media_type, **wanted)

    async def _page(
        self, path: str, *, page: int, media_type: MediaType | None = None, **query: str | int
    ) -> FoundPage:
        return await self._read(
            path,
            lambda answer: tmdb_answers.found_page(answer, page=page, media_type=media_type),
            page=page,
            **query,
        )

    async def _known[T](
        self, path: str, read: Callable[[Any], T], *, unknown: MediaNestError, **query: str | int
    ) -> T:
        try:
            return await self._get(path, read, **query)
        except UpstreamRefused as refused:
            if refused.upstream_status == 404:
                raise unknown from None
            raise _unexpected(refused) from refused

    async def _read[T](self, path: str, read: Callable[[Any], T], **query: str | int) -> T:
        try:
            return await self._get(path, read, **query)
        except UpstreamRefused as refused:
            raise _unexpected(refused) from refused

    async def _get[T](self, path: str, read: Callable[[Any], T], **query: str | int) -> T:
        """`UpstreamRefused` for what it refuses, but for a key that it does not take."""
        asked = {"language": self._language, **query} | ({"api_key": self._key} if self._key else {})
        url = f"/3{path}?{urlencode(asked, quote_via=quote, safe='')}"
        try:
            return await self._client.request_as("GET", url, lambda response: read(response.json()))
        except UpstreamRefused as refused:
            if refused.upstream_status in (401, 403):
                # Not chained: the address that was refused may hold the key.
                raise BackendMisconfigured(
                    "TMDB does not accept our key. An administrator sets MEDIANEST_TMDB_API_KEY.",
                    upstream=_SYSTEM,
                ) from None
            raise


def _unexpected(refused: UpstreamRefused) -> BadUpstream:
    return BadUpstream(f"TMDB answered {refused.upstream_status}.", upstream=_SYSTEM)
