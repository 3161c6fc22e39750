"""A pretend Sonarr, v3 or v4. `known` is what its metadata server knows; `series` what is in it."""

from datetime import timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from medianest_common.clock import Clock

from .queue import Queued, paged
from .refusals import Invalid
from .server import Endpoint, FakeArr, Searched
from .shows import Episode, KnownShow, Series, episode_resource, resource, unadded


class FakeSonarr(FakeArr):
    """`slow_refresh`: a show that was added has no episodes until `refresh()`, as for some seconds in the real one."""

    app_name = "Sonarr"

    def __init__(self, *, clock: Clock, version: str = "4.0.9.2244") -> None:
        self.known: dict[int, KnownShow] = {}
        self.series: dict[int, Series] = {}
        self.language_profiles: dict[int, str] = {1: "English"}
        self.slow_refresh = False
        super().__init__(version=version, clock=clock)

    @property
    def is_v3(self) -> bool:
        return self.version.startswith("3.")

    def knows(
        self,
        tvdb_id: int,
        title: str,
        *,
        tmdb_id: int,
        seasons: dict[int, int],
        not_aired: dict[int, int] | None = None,
    ) -> None:
        self.known[tvdb_id] = KnownShow(
            tmdb_id=tmdb_id, title=title, seasons=seasons, not_aired=not_aired or {}
        )

    def add(self, tvdb_id: int, *, monitored: bool = True, seasons: dict[int, bool] | None = None) -> Series:
        """As somebody adds it on Sonarr's own page."""
        known = self.known[tvdb_id]
        chosen = {number: (seasons or {}).get(number, False) for number in known.seasons}
        series = Series(
            id=self.next_id(),
            tvdb_id=tvdb_id,
            tmdb_id=known.tmdb_id,
            title=known.title,
            monitored=monitored,
            seasons=chosen,
            episodes=[],
            added=self.clock.now(),
        )
        self.series[series.id] = series
        if not self.slow_refresh:
            self.refresh(series)
        return series

    def refresh(self, series: Series) -> None:
        known, now = self.known[series.tvdb_id], self.clock.now()
        series.episodes = [
            Episode(
                id=self.next_id(),
                season=season,
                number=number,
                airs=now + timedelta(days=30)
                if number > size - known.not_aired.get(season, 0)
                else now - timedelta(days=365),
                monitored=series.seasons.get(season, False),
            )
            for season, size in known.seasons.items()
            for number in range(1, size + 1)
        ]

    def of(self, tvdb_id: int) -> Series | None:
        return next((series for series in self.series.values() if series.tvdb_id == tvdb_id), None)

    def arrives(self, tvdb_id: int, season: int, *, episodes: int | None = None) -> None:
        """The first so many episodes of a season, or all that have aired."""
        series = self.of(tvdb_id)
        assert series is not None
        for episode in series.of_season(season):
            if episode.airs <= self.clock.now() and (episodes is None or episode.number <= episodes):
                episode.has_file = True
        self.note("downloadFolderImported", seriesId=series.id)

    def downloads(
        self, tvdb_id: int, season: int, *, size: int = 3_000, left: int = 600, **fields: Any
    ) -> Queued:
        """A season pack."""
        series = self.of(tvdb_id)
        assert series is not None
        parts = [
            {
                "seriesId": series.id,
                "episodeId": episode.id,
                "seasonNumber": season,
                "series": self._resource(series),
                "episode": episode_resource(series, episode),
                "episodeHasFile": episode.has_file,
                "customFormatScore": 0,
            }
            for episode in series.of_season(season)
        ]
        queued = Queued(
            download_id=f"DL{self.next_id()}",
            title=f"{series.title.replace(' ', '.')}.S{season:02}.1080p",
            size=size,
            left=left,
            eta=self.clock.now() + timedelta(minutes=10),
            parts=parts,
            **fields,
        )
        self.queue.append(queued)
        return queued

    def endpoints(self) -> list[tuple[str, str, Endpoint]]:
        return [
            *super().endpoints(),
            ("GET", "/languageprofile", self._language_profiles),
            ("GET", "/series/lookup", self._lookup),
            ("GET", "/series", self._list),
            ("POST", "/series", self._post),
            ("GET", "/series/{id:int}", self._get),
            ("PUT", "/series/{id:int}", self._put),
            ("DELETE", "/series/{id:int}", self._delete),
            ("GET", "/episode", self._episodes),
            ("PUT", "/episode/monitor", self._monitor),
            ("GET", "/queue", self._queue),
        ]

    def search(self, name: str, body: dict[str, Any]) -> list[Searched]:
        series = self.series.get(body.get("seriesId", 0))
        if series is None:
            return []
        if name == "SeasonSearch":
            return [Searched(series.id, body["seasonNumber"])]
        wanted = [number for number, monitored in series.seasons.items() if monitored]
        return [Searched(series.id, number) for number in wanted] if name == "SeriesSearch" else []

    async def _language_profiles(self, _: Request) -> Response:
        """In v4 one that means nothing is left, for old clients."""
        rows = self.language_profiles if self.is_v3 else {1: "Deprecated"}
        return JSONResponse([{"id": key, "name": name} for key, name in rows.items()])

    async def _lookup(self, request: Request) -> Response:
        kind, _, number = request.query_params.get("term", "").partition(":")
        wanted = int(number) if number.isdecimal() else 0
        if kind == "tmdb" and not self.is_v3:
            wanted = next((tvdb for tvdb, known in self.known.items() if known.tmdb_id == wanted), 0)
        elif kind != "tvdb":
            wanted = 0
        if wanted not in self.known:
            return JSONResponse([])
        series = self.of(wanted)
        return JSONResponse(
            [self._resource(series) if series else unadded(wanted, self.known[wanted], v3=self.is_v3)]
        )

    async def _list(self, request: Request) -> Response:
        wanted = request.query_params.get("tvdbId")
        rows = [s for s in self.series.values() if wanted is None or str(s.tvdb_id) == wanted]
        return JSONResponse([self._resource(series) for series in rows])

    async def _get(self, request: Request) -> Response:
        return JSONResponse(self._resource(self._series(request)))

    async def _post(self, request: Request) -> Response:
        body = await request.json()
        tvdb_id = body.get("tvdbId")
        if tvdb_id not in self.known:
            raise Invalid("TvdbId", "A series with this ID was not found", code="SeriesNotFoundValidator")
        if self.of(tvdb_id):
            message = "This series has already been added"
            raise Invalid("TvdbId", message, code="SeriesExistsValidator", value=tvdb_id)
        self.check_choices(body)
        if self.is_v3 and body.get("languageProfileId") not in self.language_profiles:
            message = "Language profile does not exist"
            raise Invalid("LanguageProfileId", message, code="LanguageProfileExistsValidator")
        seasons = {row["seasonNumber"]: row["monitored"] for row in body["seasons"]}
        series = self.add(tvdb_id, monitored=body.get("monitored", False), seasons=seasons)
        series.fields = {key: body[key] for key in body if key not in ("seasons", "images")}
        if (body.get("addOptions") or {}).get("searchForMissingEpisodes"):
            self.searched += self.search("SeriesSearch", {"seriesId": series.id})
        return JSONResponse(self._resource(series), status_code=201)

    async def _put(self, request: Request) -> Response:
        """Where a season's flag changes, its episodes follow; where it does not, they stay as they are."""
        series, body = self._series(request), await request.json()
        for name in ("title", "tvdbId", "path", "qualityProfileId"):
            if not body.get(name):
                raise Invalid(name, f"'{name}' must not be empty.", code="NotEmptyValidator")
        series.monitored = body.get("monitored", False)
        series.fields["tags"] = body.get("tags", [])
        for row in body["seasons"]:
            number, monitored = row["seasonNumber"], row["monitored"]
            if series.seasons.get(number) is not monitored:
                series.seasons[number] = monitored
                for episode in series.of_season(number):
                    episode.monitored = monitored
        return JSONResponse(self._resource(series), status_code=202)

    async def _delete(self, request: Request) -> Response:
        del self.series[self._series(request).id]
        return JSONResponse({})

    async def _episodes(self, request: Request) -> Response:
        series = self.series.get(int(request.query_params["seriesId"]))
        season = request.query_params.get("seasonNumber")
        rows = series.episodes if series else []
        return JSONResponse(
            [episode_resource(series, e) for e in rows if series and season in (None, str(e.season))]
        )

    async def _monitor(self, request: Request) -> Response:
        body = await request.json()
        for series in self.series.values():
            for episode in series.episodes:
                if episode.id in body["episodeIds"]:
                    episode.monitored = body["monitored"]
        return JSONResponse([], status_code=202)

    async def _queue(self, request: Request) -> Response:
        shown = {"series": "includeSeries", "episode": "includeEpisode"}
        hidden = {key for key, name in shown.items() if request.query_params.get(name) != "true"}
        records = [r for n, q in enumerate(self.queue) for r in q.records(first_id=1_000 * (n + 1))]
        return paged(request, [{k: r[k] for k in r if k not in hidden} for r in records])

    def _series(self, request: Request) -> Series:
        series = self.series.get(request.path_params["id"])
        if series is None:
            raise HTTPException(404)
        return series

    def _resource(self, series: Series) -> dict[str, Any]:
        return resource(
            series,
            self.known[series.tvdb_id],
            now=self.clock.now(),
            profile=next(iter(self.profiles)),
            v3=self.is_v3,
        )
