"""Search, discovery and the pages of titles."""

from starlette.responses import JSONResponse

from . import facts
from .catalogue import Person, Title
from .endpoint import Endpoint, Incoming
from .numbers import MediaKind
from .refusals import Refused
from .state import State
from .title_views import TitleViews, provider_view, season_view

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
            Endpoint("GET", "/movie/{movieId}/similar", self.films_like),
            Endpoint("GET", "/movie/{movieId}/recommendations", self.films_like),
            Endpoint("GET", "/tv/{tvId}/similar", self.shows_like),
            Endpoint("GET", "/tv/{tvId}/recommendations", self.shows_like),
            Endpoint("GET", "/person/{personId}", self.person),
            Endpoint("GET", "/person/{personId}/combined_credits", self.combined_credits),
            Endpoint("GET", "/genres/movie", self.movie_genres),
            Endpoint("GET", "/genres/tv", self.tv_genres),
            Endpoint("GET", "/watchproviders/movies", self.providers),
            Endpoint("GET", "/watchproviders/tv", self.providers),
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
        return self._discover(self._narrowed("movie", incoming), incoming, "popular movies")

    async def popular_shows(self, incoming: Incoming) -> JSONResponse:
        return self._discover(self._narrowed("tv", incoming), incoming, "popular series")

    async def upcoming_movies(self, incoming: Incoming) -> JSONResponse:
        return self._discover(self._upcoming("movie"), incoming, "upcoming movies")

    async def upcoming_shows(self, incoming: Incoming) -> JSONResponse:
        return self._discover(self._upcoming("tv"), incoming, "upcoming series")

    async def movie(self, incoming: Incoming) -> JSONResponse:
        return JSONResponse(self._views.movie(self._title("movie", incoming.path["movieId"])))

    async def show(self, incoming: Incoming) -> JSONResponse:
        return JSONResponse(self._views.show(self._title("tv", incoming.path["tvId"])))

    async def films_like(self, incoming: Incoming) -> JSONResponse:
        title = self._title("movie", incoming.path["movieId"])
        return self._discover(facts.like(self._state.catalogue, title), incoming, "similar movies")

    async def shows_like(self, incoming: Incoming) -> JSONResponse:
        title = self._title("tv", incoming.path["tvId"])
        return self._discover(facts.like(self._state.catalogue, title), incoming, "similar series")

    async def person(self, incoming: Incoming) -> JSONResponse:
        return JSONResponse(self._views.person(self._person(incoming)))

    async def combined_credits(self, incoming: Incoming) -> JSONResponse:
        return JSONResponse(self._views.combined_credits(self._person(incoming)))

    async def movie_genres(self, _: Incoming) -> JSONResponse:
        return self._genres(facts.MOVIE_GENRES)

    async def tv_genres(self, _: Incoming) -> JSONResponse:
        return self._genres(facts.TV_GENRES)

    async def providers(self, _: Incoming) -> JSONResponse:
        self._needs_tmdb("Unable to retrieve watch providers.")
        known = enumerate(facts.PROVIDERS.items())
        return JSONResponse([provider_view(number, name, place) for place, (number, name) in known])

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
                "stillPath": facts.still_of(title, number, episode),
            }
            for episode in range(1, title.seasons[number] + 1)
        ]
        view = season_view(title, number)
        del view["episodeCount"]
        return JSONResponse(view | {"episodes": episodes, "externalIds": {}})

    def _genres(self, genres: dict[int, str]) -> JSONResponse:
        self._needs_tmdb("Unable to retrieve genres.")
        return JSONResponse([{"id": number, "name": name} for number, name in genres.items()])

    def _narrowed(self, kind: MediaKind, incoming: Incoming) -> list[Title]:
        """As far as our own questions go: one genre, one provider, released between two days, the newest first."""
        after = incoming.query.get("primaryReleaseDateGte") or incoming.query.get("firstAirDateGte") or ""
        before = incoming.query.get("primaryReleaseDateLte") or incoming.query.get("firstAirDateLte") or ""
        newest = str(incoming.query.get("sortBy", "")).endswith("date.desc")
        genre, provider = incoming.query.get("genre"), incoming.query.get("watchProviders")
        found = facts.between(self._state.catalogue.popular(kind), after, before, newest=newest)
        return [
            title
            for title in found
            if (genre is None or str(title.genre_id) == str(genre))
            and (provider is None or str(facts.provider_of(title)) == str(provider))
        ]

    def _person(self, incoming: Incoming) -> Person:
        failure = "Unable to retrieve person."
        self._needs_tmdb(failure)
        wanted = incoming.path["personId"]
        found = next((person for person in self._state.catalogue.people if person.id == wanted), None)
        if found is None:
            raise Refused(500, failure)
        return found

    def _needs_tmdb(self, failure: str) -> None:
        if self._state.tmdb_down:
            raise Refused(500, failure)

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
