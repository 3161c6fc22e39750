"""Overseerr and Seerr as the catalogue: they pass on what TMDB tells, and what they have of it themselves."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import quote, urlencode

from medianest_common.clock import Clock
from medianest_common.contracts.media import MediaType, ShelfOrder
from medianest_common.http import AddressPolicy, CircuitBreaker, OutgoingClient, Timeouts
from medianest_media.adapters import catalogue_answers
from medianest_media.adapters import overseerr_answers as answers
from medianest_media.adapters.backend import Parts
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
from medianest_media.adapters.lenient import Json, as_dict, as_list
from medianest_media.adapters.overseerr_reading import SECONDS, OverseerrReading
from medianest_media.errors import PersonUnknown, SearchUnavailable, TitleUnknown

_MANY = {MediaType.MOVIE: "movies", MediaType.TV: "tv"}
_RELEASED_AFTER = {MediaType.MOVIE: "primaryReleaseDateGte", MediaType.TV: "firstAirDateGte"}
_RELEASED_BEFORE = {MediaType.MOVIE: "primaryReleaseDateLte", MediaType.TV: "firstAirDateLte"}
_NEWEST = {MediaType.MOVIE: "primary_release_date.desc", MediaType.TV: "first_air_date.desc"}


class OverseerrCatalogue:
    """Has connections of its own, so that searches which hang keep no request from being filed."""

    tells_standing = True
    is_there = True

    def __init__(self, client: OutgoingClient, *, clock: Clock, language: str, region: str) -> None:
        self._reading = OverseerrReading(client, clock=clock)
        self._clock = clock
        self._language = {"language": language} if language else {}
        self._region = region

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, *, api_key: str, language: str, region: str, clock: Clock
    ) -> AsyncIterator["OverseerrCatalogue"]:
        client = OutgoingClient(
            "Overseerr",
            url,
            policy=AddressPolicy.MONITOR,
            headers={"X-Api-Key": api_key},
            timeouts=Timeouts(connect=2.0, read=SECONDS, pool=0.5, total=SECONDS),
            breaker=CircuitBreaker("Overseerr search", clock=clock),
            clock=clock,
        )
        async with client:
            yield cls(client, clock=clock, language=language, region=region)

    def parts(self) -> Parts:
        return {}

    async def search(self, query: str, *, page: int) -> FoundPage:
        """With TMDB away Overseerr's search answers 200 and nothing found."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + SECONDS
        found, total = await self._search(query, page=page, timeout=SECONDS)
        if total == 0:
            if not await self._reading.tmdb_answers(timeout=max(0.1, give_up_at - loop.time())):
                raise SearchUnavailable("Overseerr cannot reach TMDB. Try again in a moment.", retry_after=10)
            # It may have been away for just that moment.
            found, _ = await self._search(query, page=page, timeout=max(0.1, give_up_at - loop.time()))
        return found

    async def discover(self, shelf: Shelf, *, page: int, narrowing: Narrowing) -> FoundPage:
        if shelf == "trending":
            return await self._page("/discover/trending", page=page)
        if shelf != "upcoming":
            media_type = MediaType.MOVIE if shelf == "movies" else MediaType.TV
            return await self._shelf(media_type, page=page, narrowing=narrowing)
        kinds = [narrowing.media_type] if narrowing.media_type else list(MediaType)
        pages = await asyncio.gather(
            *(self._upcoming(kind, page=page, narrowing=narrowing) for kind in kinds)
        )
        return FoundPage(
            found=tuple(one for each in pages for one in each.found),
            page=page,
            total_pages=max(each.total_pages for each in pages),
        )

    async def details(self, media_type: MediaType, tmdb_id: int) -> TitleDetails:
        return await self._reading.known(
            f"/{media_type}/{tmdb_id}{self._query()}",
            lambda answer: answers.title_details(answer, media_type, region=self._region),
            unknown=TitleUnknown("TMDB has no title with this number."),
        )

    async def season(self, tmdb_id: int, number: int) -> SeasonEpisodes:
        return await self._reading.known(
            f"/tv/{tmdb_id}/season/{number}{self._query()}",
            catalogue_answers.season,
            unknown=TitleUnknown("TMDB has no such season."),
        )

    async def related(
        self, media_type: MediaType, tmdb_id: int, *, relation: Relation, page: int
    ) -> FoundPage:
        return await self._reading.known(
            f"/{media_type}/{tmdb_id}/{catalogue_answers.RELATIONS[relation]}{self._query(page=page)}",
            lambda answer: answers.found_page(answer, page=page, media_type=media_type),
            unknown=TitleUnknown("TMDB has no title with this number."),
        )

    async def person(self, person_id: int) -> PersonDetails:
        unknown = PersonUnknown("TMDB has nobody with this number.")
        path = f"/person/{person_id}"
        answer, roles = await asyncio.gather(
            self._reading.known(f"{path}{self._query()}", as_dict, unknown=unknown),
            self._reading.known(f"{path}/combined_credits{self._query()}", as_dict, unknown=unknown),
        )
        return catalogue_answers.person(answer, roles)

    async def genres(self, media_type: MediaType) -> tuple[NamedNumber, ...]:
        path = f"/genres/{media_type}{self._query()}"
        return await self._reading.get(path, catalogue_answers.genres, timeout=SECONDS)

    async def providers(self, media_type: MediaType) -> tuple[ProviderDetails, ...]:
        path = f"/watchproviders/{_MANY[media_type]}?watchRegion={quote(self._region, safe='')}"
        return await self._reading.get(
            path, lambda answer: catalogue_answers.providers(as_list(answer)), timeout=SECONDS
        )

    async def _search(self, query: str, *, page: int, timeout: float) -> tuple[FoundPage, int]:
        def read(answer: Json) -> tuple[FoundPage, int]:
            return answers.found_page(answer, page=page), answers.total_results(answer)

        path = f"/search{self._query(query=query, page=page)}"
        return await self._reading.get(path, read, timeout=timeout)

    async def _upcoming(self, media_type: MediaType, *, page: int, narrowing: Narrowing) -> FoundPage:
        if narrowing.is_by_kind:
            today = self._clock.now().date().isoformat()
            after = {_RELEASED_AFTER[media_type]: today}
            return await self._shelf(media_type, page=page, narrowing=narrowing, more=after)
        return await self._page(f"/discover/{_MANY[media_type]}/upcoming", page=page, media_type=media_type)

    async def _shelf(
        self, media_type: MediaType, *, page: int, narrowing: Narrowing, more: Mapping[str, str] | None = None
    ) -> FoundPage:
        wanted: dict[str, str | int] = dict(more or {})
        if narrowing.genre is not None:
            wanted["genre"] = narrowing.genre
        if narrowing.provider is not None:
            wanted |= {"watchProviders": narrowing.provider, "watchRegion": self._region}
        first, last = narrowing.between(self._clock.now().date())
        if first:
            wanted[_RELEASED_AFTER[media_type]] = first.isoformat()
        if last:
            wanted[_RELEASED_BEFORE[media_type]] = last.isoformat()
        if narrowing.sort is ShelfOrder.NEWEST:
            wanted["sortBy"] = _NEWEST[media_type]
        path = f"/discover/{_MANY[media_type]}"
        return await self._page(path, page=page, media_type=media_type, **wanted)

    async def _page(
        self, path: str, *, page: int, media_type: MediaType | None = None, **query: str | int
    ) -> FoundPage:
        def read(answer: Json) -> FoundPage:
            return answers.found_page(answer, page=page, media_type=media_type)

        return await self._reading.get(f"{path}{self._query(page=page, **query)}", read, timeout=SECONDS)

    def _query(self, **query: str | int) -> str:
        """Nothing unescaped that Overseerr calls reserved, and a space is never a plus."""
        asked = {**query, **self._language}
        return f"?{urlencode(asked, quote_via=quote, safe='')}" if asked else ""
