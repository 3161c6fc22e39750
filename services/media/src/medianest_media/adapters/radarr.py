"""Radarr, version 3 and later: films are looked up by TMDB's number, added, searched for and let go."""

from typing import Any

from medianest_common.contracts.media import Availability
from medianest_media.adapters import arr_answers as answers
from medianest_media.adapters.arr import WORK_SECONDS, Arr, Plan, TheirState
from medianest_media.adapters.arr_queue import QueueRecord
from medianest_media.adapters.backend import BackendRefused
from medianest_media.adapters.lenient import as_dict, as_list

FILM = 0
"""What stands for a film where a show has seasons."""


class Radarr(Arr):
    app = "Radarr"
    record_key = "movieId"

    async def find(self, tmdb_id: int) -> answers.Movie | None:
        """Old ones ignore the parameter and list all."""

        def read(answer: Any) -> answers.Movie | None:
            rows = [row for row in as_list(answer) if as_dict(row).get("tmdbId") == tmdb_id]
            return answers.movie(rows[0]) if rows else None

        return await self._get("/movie", read, params={"tmdbId": tmdb_id}, max_bytes=64 * 1024 * 1024)

    async def state(self, tmdb_id: int) -> TheirState | None:
        movie = await self.find(tmdb_id)
        if movie is None:
            return None
        if movie.has_file:
            return TheirState(availability=Availability.AVAILABLE, complete=True, files={FILM: 1})
        watched = Availability.PROCESSING if movie.monitored else Availability.NONE
        return TheirState(availability=watched, complete=False)

    async def plan(self, tmdb_id: int) -> Plan:
        movie = await self.find(tmdb_id)
        if movie is None:
            return Plan(their_id=None, add=True, take_up=(FILM,))
        nothing = movie.has_file or movie.monitored
        return Plan(their_id=movie.id, add=False, take_up=() if nothing else (FILM,))

    async def carry_out(self, plan: Plan, tmdb_id: int) -> int:
        """Raises `AlreadyThere` where somebody else has added it since the plan was made."""
        if plan.add:
            return await self._add(tmdb_id)
        movie = await self.find(tmdb_id)
        if movie is None:
            return await self._add(tmdb_id)
        if movie.has_file:
            return movie.id
        if not movie.monitored:
            await self._watch(movie, monitored=True)
        body = {"name": "MoviesSearch", "movieIds": [movie.id]}
        await self._call("POST", "/command", json=body, timeout=WORK_SECONDS)
        return movie.id

    async def let_go(self, tmdb_id: int, *, added_as: int | None, taken_up: bool) -> None:
        """What has a file stays; what we added and has none goes; what was there before is left as it was."""
        movie = await self.find(tmdb_id)
        if movie is None or movie.has_file:
            return
        if movie.id == added_as:
            params = {"deleteFiles": "false", "addImportExclusion": "false"}
            await self._remove(f"/movie/{movie.id}", params=params)
            return
        if taken_up and movie.monitored:
            await self._watch(movie, monitored=False)

    async def queue(self) -> list[QueueRecord]:
        return await self._queue(includeMovie="true", includeUnknownMovieItems="false")

    async def _add(self, tmdb_id: int) -> int:
        chosen = await self._choose(await self._status())
        params = {"term": f"tmdb:{tmdb_id}"}
        rows = await self._get("/movie/lookup", as_list, params=params, timeout=WORK_SECONDS)
        found = next((row for row in map(as_dict, rows) if row.get("tmdbId") == tmdb_id), None)
        if found is None:
            raise BackendRefused(f"{self.system} knows no such film.", upstream=self.system)
        body = found | {
            "id": 0,
            "qualityProfileId": chosen.quality_profile,
            "rootFolderPath": chosen.root_folder,
            "path": "",
            "tags": chosen.tags,
            "monitored": True,
            "minimumAvailability": chosen.minimum_availability.value,
            "addOptions": {"searchForMovie": True},
        }
        made = await self._call("POST", "/movie", answers.movie, json=body, timeout=WORK_SECONDS)
        return made.id

    async def _watch(self, movie: answers.Movie, *, monitored: bool) -> None:
        body = movie.whole | {"monitored": monitored}
        await self._call("PUT", f"/movie/{movie.id}", json=body, idempotent=True, timeout=WORK_SECONDS)
