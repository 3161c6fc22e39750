"""A pretend Radarr. `known` is what its metadata server knows; `movies` what is in it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from medianest_common.clock import Clock
from medianest_common.contracts.base import rfc3339

from .queue import Queued, paged
from .refusals import Invalid
from .server import Endpoint, FakeArr, Searched


@dataclass(kw_only=True)
class Movie:
    id: int
    tmdb_id: int
    title: str
    year: int
    monitored: bool
    has_file: bool = False
    quality_profile_id: int
    root_folder: str
    minimum_availability: str
    tags: list[int] = field(default_factory=list)
    added: datetime


class FakeRadarr(FakeArr):
    app_name = "Radarr"

    def __init__(self, *, clock: Clock, version: str = "5.11.0.9244") -> None:
        self.known: dict[int, tuple[str, int]] = {}
        self.movies: dict[int, Movie] = {}
        self.excluded: set[int] = set()
        self.added_after_a_look: set[int] = set()
        """Somebody else adds these right after the next time that we look for them."""
        super().__init__(version=version, clock=clock)

    def knows(self, tmdb_id: int, title: str, year: int = 1999) -> None:
        self.known[tmdb_id] = (title, year)

    def add(self, tmdb_id: int, *, monitored: bool = True, has_file: bool = False) -> Movie:
        """As somebody adds it on Radarr's own page."""
        title, year = self.known[tmdb_id]
        movie = Movie(
            id=self.next_id(),
            tmdb_id=tmdb_id,
            title=title,
            year=year,
            monitored=monitored,
            has_file=has_file,
            quality_profile_id=next(iter(self.profiles)),
            root_folder=next(iter(self.folders.values())),
            minimum_availability="released",
            added=self.clock.now(),
        )
        self.movies[movie.id] = movie
        return movie

    def of(self, tmdb_id: int) -> Movie | None:
        return next((movie for movie in self.movies.values() if movie.tmdb_id == tmdb_id), None)

    def arrives(self, tmdb_id: int) -> None:
        movie = self.of(tmdb_id)
        assert movie is not None
        movie.has_file = True
        self.queue = [q for q in self.queue if q.parts[0].get("movieId") != movie.id]
        self.note("downloadFolderImported", movieId=movie.id)

    def downloads(self, tmdb_id: int, *, size: int = 1_000, left: int = 400, **fields: Any) -> Queued:
        movie = self.of(tmdb_id)
        assert movie is not None
        eta = self.clock.now() + timedelta(minutes=10)
        title = f"{movie.title.replace(' ', '.')}.1080p"
        queued = Queued(
            download_id=f"DL{self.next_id()}",
            title=title,
            size=size,
            left=left,
            eta=eta,
            parts=[{"movieId": movie.id, "movie": self._resource(movie)}],
            **fields,
        )
        self.queue.append(queued)
        return queued

    def endpoints(self) -> list[tuple[str, str, Endpoint]]:
        return [
            *super().endpoints(),
            ("GET", "/movie/lookup", self._lookup),
            ("GET", "/movie", self._list),
            ("POST", "/movie", self._post),
            ("GET", "/movie/{id:int}", self._get),
            ("PUT", "/movie/{id:int}", self._put),
            ("DELETE", "/movie/{id:int}", self._delete),
            ("GET", "/queue", self._queue),
        ]

    def search(self, name: str, body: dict[str, Any]) -> list[Searched]:
        if name != "MoviesSearch":
            return []
        return [Searched(their_id) for their_id in body["movieIds"] if their_id in self.movies]

    async def _lookup(self, request: Request) -> Response:
        kind, _, number = request.query_params.get("term", "").partition(":")
        tmdb_id = int(number) if kind == "tmdb" and number.isdecimal() else 0
        if tmdb_id not in self.known:
            return JSONResponse([])
        movie = self.of(tmdb_id)
        title, year = self.known[tmdb_id]
        return JSONResponse([self._resource(movie) if movie else _unadded(tmdb_id, title, year)])

    async def _list(self, request: Request) -> Response:
        wanted = request.query_params.get("tmdbId")
        rows = [m for m in self.movies.values() if wanted is None or str(m.tmdb_id) == wanted]
        answer = [self._resource(movie) for movie in rows]
        for tmdb_id in [t for t in self.added_after_a_look if str(t) == wanted]:
            self.added_after_a_look.remove(tmdb_id)
            self.add(tmdb_id)
        return JSONResponse(answer)

    async def _get(self, request: Request) -> Response:
        return JSONResponse(self._resource(self._movie(request)))

    async def _post(self, request: Request) -> Response:
        body = await request.json()
        tmdb_id = body.get("tmdbId")
        if tmdb_id not in self.known:
            raise Invalid("TmdbId", "A movie with this ID was not found", code="MovieNotFoundValidator")
        if self.of(tmdb_id):
            message = "This movie has already been added"
            raise Invalid("TmdbId", message, code="MovieExistsValidator", value=tmdb_id)
        if tmdb_id in self.excluded:
            raise Invalid("TmdbId", "This movie is on the exclusion list", code="ExclusionValidator")
        self.check_choices(body)
        movie = self.add(tmdb_id, monitored=body.get("monitored", False))
        movie.quality_profile_id = body["qualityProfileId"]
        movie.root_folder = body["rootFolderPath"]
        movie.minimum_availability = body.get("minimumAvailability", "announced")
        movie.tags = body.get("tags", [])
        if (body.get("addOptions") or {}).get("searchForMovie"):
            self.searched.append(Searched(movie.id))
        return JSONResponse(self._resource(movie), status_code=201)

    async def _put(self, request: Request) -> Response:
        """Replaces it whole: what a client leaves out is lost."""
        movie, body = self._movie(request), await request.json()
        for name in ("title", "tmdbId", "path", "qualityProfileId"):
            if not body.get(name):
                raise Invalid(name, f"'{name}' must not be empty.", code="NotEmptyValidator")
        movie.monitored, movie.tags = body.get("monitored", False), body.get("tags", [])
        movie.quality_profile_id = body["qualityProfileId"]
        return JSONResponse(self._resource(movie), status_code=202)

    async def _delete(self, request: Request) -> Response:
        movie = self._movie(request)
        del self.movies[movie.id]
        if request.query_params.get("addImportExclusion") == "true":
            self.excluded.add(movie.tmdb_id)
        return JSONResponse({})

    async def _queue(self, request: Request) -> Response:
        whole = request.query_params.get("includeMovie") == "true"
        records = [r for n, q in enumerate(self.queue) for r in q.records(first_id=1_000 * (n + 1))]
        return paged(request, [r if whole else {k: r[k] for k in r if k != "movie"} for r in records])

    def _movie(self, request: Request) -> Movie:
        movie = self.movies.get(request.path_params["id"])
        if movie is None:
            raise HTTPException(404)
        return movie

    def _resource(self, movie: Movie) -> dict[str, Any]:
        known = _unadded(movie.tmdb_id, movie.title, movie.year)
        folder = f"{movie.root_folder}/{movie.title} ({movie.year})"
        own: dict[str, Any] = {
            "id": movie.id,
            "path": folder,
            "folderName": folder,
            "rootFolderPath": movie.root_folder,
            "qualityProfileId": movie.quality_profile_id,
            "monitored": movie.monitored,
            "minimumAvailability": movie.minimum_availability,
            "hasFile": movie.has_file,
            "sizeOnDisk": 10**9 if movie.has_file else 0,
            "tags": movie.tags,
            "added": rfc3339(movie.added),
        }
        if movie.has_file:
            own["movieFile"] = {
                "id": movie.id,
                "movieId": movie.id,
                "size": 10**9,
                "relativePath": "film.mkv",
            }
        return known | own


def _unadded(tmdb_id: int, title: str, year: int) -> dict[str, Any]:
    return {
        "title": title,
        "originalTitle": title,
        "alternateTitles": [],
        "secondaryYearSourceId": 0,
        "sortTitle": title.lower(),
        "sizeOnDisk": 0,
        "status": "released",
        "overview": "A film.",
        "physicalRelease": f"{year}-12-03T00:00:00Z",
        "digitalRelease": f"{year}-08-11T00:00:00Z",
        "images": [{"coverType": "poster", "url": "/MediaCover/poster.jpg"}],
        "website": "",
        "year": year,
        "hasFile": False,
        "youTubeTrailerId": "",
        "studio": "",
        "path": "",
        "qualityProfileId": 0,
        "monitored": False,
        "minimumAvailability": "released",
        "isAvailable": True,
        "folderName": "",
        "runtime": 120,
        "cleanTitle": title.lower().replace(" ", ""),
        "imdbId": f"tt{tmdb_id:07}",
        "tmdbId": tmdb_id,
        "titleSlug": str(tmdb_id),
        "genres": ["Drama"],
        "tags": [],
        "added": "0001-01-01T00:00:00Z",
        "ratings": {},
    }
