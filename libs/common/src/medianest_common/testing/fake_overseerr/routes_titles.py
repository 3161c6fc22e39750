"""Search, discovery and the pages of titles."""

from starlette.responses import JSONResponse

from .catalogue import Person, Title
from .endpoint import Endpoint, Incoming
from .numbers import MediaKind
from .refusals import Refused
from .state import State
from .title_views import TitleViews, season_view

_PAGE_SIZE = 20
_MAX_PAGES = 500


class TitleRoutes:
    def __init__(self, state: State, views: TitleViews) -> None:
        self._state = state
        self._views = views

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint("GET", "/search", self.search),
            Endpoint("GET", "/discover/trending", self.trending),
            Endpoint("GET", "/discover/movies/upcoming", self.upcoming_movies),
            Endpoint("GET", "/discover/tv/upcoming", self.upcoming_shows),
            Endpoint("GET", "/discover/movies", self.popular_movies),
            Endpoint("GET", "/discover/tv", self.popular_shows),
            Endpoint("GET", "/movie/{movieId}", self.movie),
            Endpoint("GET", "/tv/{tvId}", self.show),
            Endpoint("GET", "/tv/{tvId}/season/{seasonNumber}", self.season),
            Endpoint("GET", "/tv/{tvId}/season/{seasonId}", self.season),
        ]

    async def search(self, incoming: Incoming) -> JSONResponse:
        """Without TMDB the answer is an empty page, not an error."""
        if self._state.tmdb_down:
            return JSONResponse({"page": 1, "totalPages": 1, "totalResults": 0, "results": []})
        found = self._state.catalogue.search(incoming.query["query"])
        return self._page(found, incoming, "Unable to retrieve search results.")

    async def trending(self, incoming: Incoming) -> JSONResponse:
        return self._discover(self._state.catalogue.popular(), incoming, "trending")

    async def popular_movies(self, incoming: Incoming) -> JSONResponse:
        return self._discover(self._state.catalogue.popular("movie"), incoming, "popular movies")

    async def popular_shows(self, incoming: Incoming) -> JSONResponse:
        return self._discover(self._state.catalogue.popular("tv"), incoming, "popular series")

    async def upcoming_movies(self, incoming: Incoming) -> JSONResponse:
        return self._discover(self._upcoming("movie"), incoming, "upcoming movies")

    async def upcoming_shows(self, incoming: Incoming) -> JSONResponse:
        return self._discover(self._upcoming("tv"), incoming, "upcoming series")

    async def movie(self, incoming: Incoming) -> JSONResponse:
        return JSONResponse(self._views.movie(self._title("movie", incoming.path["movieId"])))

    async def show(self, incoming: Incoming) -> JSONResponse:
        return JSONResponse(self._views.show(self._title("tv", incoming.path["tvId"])))

    async def season(self, incoming: Incoming) -> JSONResponse:
        title = self._title("tv", incoming.path["tvId"])
        number = incoming.path.get("seasonNumber", incoming.path.get("seasonId"))
        if number not in title.seasons:
            raise Refused(500, "Unable to retrieve season.")
        episodes = [
            {
                "id": title.tmdb_id * 10_000 + number * 100 + episode,
                "airDate": None,
                "episodeNumber": episode,
                "name": f"Episode {episode}",
                "overview": "",
                "productionCode": "",
                "seasonNumber": number,
                "showId": title.tmdb_id,
                "voteAverage": 7.1,
                "voteCount": 10,
                "stillPath": None,
            }
            for episode in range(1, title.seasons[number] + 1)
        ]
        view = season_view(title, number)
        del view["episodeCount"]
        return JSONResponse(view | {"episodes": episodes, "externalIds": {}})

    def _title(self, kind: MediaKind, tmdb_id: int) -> Title:
        title = None if self._state.tmdb_down else self._state.catalogue.get(kind, tmdb_id)
        if title is None:
            raise Refused(500, f"Unable to retrieve {'movie' if kind == 'movie' else 'series'}.")
        return title

    def _upcoming(self, kind: MediaKind) -> list[Title]:
        return self._state.catalogue.upcoming(kind, self._state.now().date())

    def _discover(self, titles: list[Title], incoming: Incoming, what: str) -> JSONResponse:
        if self._state.tmdb_down:
            raise Refused(500, f"Unable to retrieve {what}.")
        found: list[Title | Person] = [*titles]
        return self._page(found, incoming, f"Unable to retrieve {what}.")

    def _page(self, found: list[Title | Person], incoming: Incoming, failure: str) -> JSONResponse:
        """TMDB refuses pages outside 1 to 500."""
        page = incoming.query.get("page", 1)
        if not 1 <= page <= _MAX_PAGES:
            raise Refused(500, failure)
        start = (page - 1) * _PAGE_SIZE
        return JSONResponse(
            {
                "page": page,
                "totalPages": -(-len(found) // _PAGE_SIZE),
                "totalResults": len(found),
                "results": [self._views.result(item) for item in found[start : start + _PAGE_SIZE]],
            }
        )
