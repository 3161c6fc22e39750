"""The part of TMDB's version 3 that a catalogue needs, with its checks and its words of refusal."""

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from medianest_common.clock import Clock
from medianest_common.testing.fake_overseerr import facts
from medianest_common.testing.fake_overseerr.catalogue import Catalogue, Person, Title
from medianest_common.testing.fake_overseerr.numbers import MediaKind

from . import views

type Json = dict[str, Any]

_MOST_PAGES = 500
_KINDS: dict[str, MediaKind] = {"movie": "movie", "tv": "tv"}


class _Refused(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class Routes:
    def __init__(self, catalogue: Catalogue, *, clock: Clock, api_key: str, read_token: str) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._api_key = api_key
        self._read_token = read_token

    def app(self) -> Starlette:
        paths: dict[str, Callable[[Request], Any]] = {
            "/configuration": lambda _: {"images": {"secure_base_url": "https://image.tmdb.org/t/p/"}},
            "/search/multi": self._search,
            "/find/{number}": self._find,
            "/trending/all/{window}": self._trending,
            "/discover/{kind}": self._discover,
            "/genre/{kind}/list": self._genres,
            "/watch/providers/{kind}": self._providers,
            "/person/{id:int}": self._person,
            "/tv/{id:int}/season/{number:int}": self._season,
            "/{kind}/{id:int}/similar": self._like,
            "/{kind}/{id:int}/recommendations": self._like,
            "/{kind}/{id:int}": self._details,
        }
        routes = [Route(f"/3{path}", self._guarded(answer)) for path, answer in paths.items()]
        return Starlette(routes=routes, exception_handlers={HTTPException: _no_such_page})

    def _guarded(self, answer: Callable[[Request], Any]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> JSONResponse:
            try:
                self._check_key(request)
                return JSONResponse(answer(request))
            except _Refused as refused:
                body = {
                    "success": False,
                    "status_code": refused.code,
                    "status_message": refused.message,
                }
                return JSONResponse(body, status_code=refused.status)

        return endpoint

    def _check_key(self, request: Request) -> None:
        """A key of version 3 counts in the query only, a token of version 4 in the header only."""
        is_token = request.headers.get("authorization") == f"Bearer {self._read_token}"
        if not is_token and request.query_params.get("api_key") != self._api_key:
            raise _Refused(401, 7, "Invalid API key: You must be granted a valid key.")

    def _search(self, request: Request) -> Json:
        query = request.query_params.get("query", "")
        if not query.strip():
            raise _Refused(422, 5, "Invalid parameters: Your request parameters are incorrect.")
        found = self._catalogue.search(query)
        return views.page_of([views.result(self._catalogue, one) for one in found], _page(request))

    def _find(self, request: Request) -> Json:
        if request.query_params.get("external_source") != "imdb_id":
            raise _Refused(400, 5, "Invalid parameters: Your request parameters are incorrect.")
        found = self._catalogue.by_imdb(request.path_params["number"])
        rows = [views.title_result(title) for title in found]
        return {
            f"{kind}_results": [row for row in rows if row["media_type"] == kind] for kind in ("movie", "tv")
        }

    def _trending(self, request: Request) -> Json:
        found = self._catalogue.popular()
        return views.page_of([views.title_result(title) for title in found], _page(request))

    def _discover(self, request: Request) -> Json:
        given, kind = request.query_params, _kind(request)
        date = "primary_release_date" if kind == "movie" else "first_air_date"
        after, before = given.get(f"{date}.gte", ""), given.get(f"{date}.lte", "")
        newest = given.get("sort_by") == f"{date}.desc"
        genre, provider = given.get("with_genres"), given.get("with_watch_providers")
        if provider is not None and "watch_region" not in given:
            provider = None  # TMDB takes no notice of it then
        found = [
            title
            for title in facts.between(self._catalogue.popular(kind), after, before, newest=newest)
            if (genre is None or str(title.genre_id) == genre)
            and (provider is None or str(facts.provider_of(title)) == provider)
        ]
        return self._list(found, request)

    def _genres(self, request: Request) -> Json:
        genres = facts.MOVIE_GENRES if _kind(request) == "movie" else facts.TV_GENRES
        return {"genres": [{"id": number, "name": name} for number, name in genres.items()]}

    def _providers(self, request: Request) -> Json:
        known = enumerate(facts.PROVIDERS.items())
        return {"results": [views.provider(number, name, place) for place, (number, name) in known]}

    def _like(self, request: Request) -> Json:
        return self._list(facts.like(self._catalogue, self._title(request)), request)

    def _details(self, request: Request) -> Json:
        title = self._title(request)
        return views.details(self._catalogue, title, _parts(request), today=self._clock.now().date())

    def _season(self, request: Request) -> Json:
        title = self._catalogue.get("tv", request.path_params["id"])
        number = request.path_params["number"]
        if title is None or number not in title.seasons:
            raise _unknown()
        return views.season(title, number)

    def _person(self, request: Request) -> Json:
        wanted = request.path_params["id"]
        found: Person | None = next((one for one in self._catalogue.people if one.id == wanted), None)
        if found is None:
            raise _unknown()
        return views.person(self._catalogue, found, _parts(request))

    def _title(self, request: Request) -> Title:
        title = self._catalogue.get(_kind(request), request.path_params["id"])
        if title is None:
            raise _unknown()
        return title

    def _list(self, titles: list[Title], request: Request) -> Json:
        rows = [views.without_kind(views.title_result(title)) for title in titles]
        return views.page_of(rows, _page(request))


def _kind(request: Request) -> MediaKind:
    kind = _KINDS.get(request.path_params["kind"])
    if kind is None:
        raise _unknown()
    return kind


def _page(request: Request) -> int:
    page = request.query_params.get("page", "1")
    if not page.isdigit() or not 1 <= int(page) <= _MOST_PAGES:
        raise _Refused(
            400, 22, "Invalid page: Pages start at 1 and max at 500. They are expected to be an integer."
        )
    return int(page)


def _parts(request: Request) -> set[str]:
    return set(request.query_params.get("append_to_response", "").split(","))


def _unknown() -> _Refused:
    return _Refused(404, 34, "The resource you requested could not be found.")


async def _no_such_page(_: Request, __: Exception) -> JSONResponse:
    body = {
        "success": False,
        "status_code": 34,
        "status_message": "The resource you requested could not be found.",
    }
    return JSONResponse(body, status_code=404)
