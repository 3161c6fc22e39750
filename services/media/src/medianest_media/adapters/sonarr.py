"""Sonarr, versions 3 and 4: of a show only the seasons that somebody wants are watched out for and searched."""

from collections.abc import Iterable
from typing import Any

from medianest_common.contracts.media import Availability
from medianest_common.contracts.media.defaults import Choice
from medianest_media.adapters import arr_answers as answers
from medianest_media.adapters.arr import WORK_SECONDS, Arr, Plan, TheirState
from medianest_media.adapters.arr_queue import QueueRecord
from medianest_media.adapters.backend import BackendRefused
from medianest_media.adapters.lenient import as_dict, as_list

_LANGUAGES_UNTIL = 3


class Sonarr(Arr):
    app = "Sonarr"
    record_key = "seriesId"

    async def tvdb_of(self, tmdb_id: int) -> int | None:
        """The number that it goes by; version 3 finds shows by nothing else."""
        if (await self._status()).major <= _LANGUAGES_UNTIL:
            return None
        params = {"term": f"tmdb:{tmdb_id}"}
        rows = await self._get("/series/lookup", as_list, params=params, timeout=WORK_SECONDS)
        found = next((row for row in map(as_dict, rows) if row.get("tmdbId") == tmdb_id), None)
        return answers.number(found["tvdbId"]) if found else None

    async def find(self, tvdb_id: int) -> answers.Series | None:
        def read(answer: Any) -> answers.Series | None:
            rows = [row for row in as_list(answer) if as_dict(row).get("tvdbId") == tvdb_id]
            return answers.series(rows[0]) if rows else None

        return await self._get("/series", read, params={"tvdbId": tvdb_id}, max_bytes=64 * 1024 * 1024)

    async def state(self, tvdb_id: int, seasons: Iterable[int] | None = None) -> TheirState | None:
        """Of these seasons, or of all that it has."""
        series = await self.find(tvdb_id)
        if series is None:
            return None
        asked = sorted(series.seasons) if seasons is None else list(seasons)
        complete = await self._complete(series, asked)
        states = {number: _season(series, number, complete=number in complete) for number in asked}
        all_there = bool(asked) and complete.issuperset(asked)
        return TheirState(
            availability=_whole(states.values(), all_there=all_there),
            complete=all_there,
            seasons=states,
            files={number: series.seasons[number].files for number in asked if number in series.seasons},
        )

    async def plan(self, tvdb_id: int, seasons: Iterable[int]) -> Plan:
        series = await self.find(tvdb_id)
        if series is None:
            return Plan(their_id=None, add=True, take_up=tuple(seasons))
        self._demand(series.seasons, seasons)
        return Plan(their_id=series.id, add=False, take_up=tuple(n for n in seasons if not series.watches(n)))

    async def carry_out(self, plan: Plan, tvdb_id: int, seasons: Iterable[int]) -> int:
        """Raises `AlreadyThere` where somebody else has added it since the plan was made."""
        wanted = sorted(seasons)
        series = None if plan.add else await self.find(tvdb_id)
        if series is None:
            return await self._add(tvdb_id, wanted)
        if any(not series.watches(number) for number in wanted):
            kept = {number for number in series.seasons if series.watches(number)}
            await self._watch(series, kept | set(wanted))
        await self._watch_episodes(series, wanted)
        complete = await self._complete(series, wanted)
        for number in wanted:
            if number not in complete:
                body = {"name": "SeasonSearch", "seriesId": series.id, "seasonNumber": number}
                await self._call("POST", "/command", json=body, timeout=WORK_SECONDS)
        return series.id

    async def let_go(self, tvdb_id: int, *, added_as: int | None, seasons: Iterable[int]) -> None:
        """Nobody watches out for these seasons any more.

        `added_as`: nobody wants anything else of it either, so if it is still what we added and holds nothing, it goes.
        """
        series = await self.find(tvdb_id)
        if series is None:
            return
        if series.id == added_as and series.files == 0:
            params = {"deleteFiles": "false", "addImportListExclusion": "false"}
            await self._remove(f"/series/{series.id}", params=params)
            return
        leaving = {number for number in seasons if series.watches(number)}
        if leaving:
            await self._watch(series, {n for n in series.seasons if series.watches(n)} - leaving)

    async def queue(self) -> list[QueueRecord]:
        return await self._queue(
            includeSeries="true", includeEpisode="true", includeUnknownSeriesItems="false"
        )

    async def _language(self, status: answers.Status, default: Choice) -> int | None:
        if status.major > _LANGUAGES_UNTIL:
            return None
        known = await self._languages(status)
        chosen = self._still("language profile", known, default.language_profile)
        if chosen is not None:
            return chosen
        return self._one_of("language profile", "LANGUAGE_PROFILE", known, self._choices.language_profile)

    async def _languages(self, status: answers.Status) -> dict[int, str]:
        if status.major > _LANGUAGES_UNTIL:
            return {}
        return await self._get("/languageprofile", lambda answer: answers.options("name", answer))

    async def _add(self, tvdb_id: int, wanted: list[int]) -> int:
        chosen = await self._choose(await self._status())
        params = {"term": f"tvdb:{tvdb_id}"}
        rows = await self._get("/series/lookup", as_list, params=params, timeout=WORK_SECONDS)
        found = next((row for row in map(as_dict, rows) if row.get("tvdbId") == tvdb_id), None)
        if found is None:
            raise BackendRefused(f"{self.system} knows no such show.", upstream=self.system)
        known = [answers.number(season["seasonNumber"]) for season in found.get("seasons") or []]
        self._demand(known, wanted)
        body = found | {
            "id": 0,
            "qualityProfileId": chosen.quality_profile,
            "rootFolderPath": chosen.root_folder,
            "path": "",
            "tags": chosen.tags,
            "monitored": True,
            "monitorNewItems": "none",
            "seasonFolder": chosen.season_folder,
            "seriesType": self._choices.series_type.value,
            "seasons": [{"seasonNumber": number, "monitored": number in wanted} for number in known],
            "addOptions": {"searchForMissingEpisodes": True},
        }
        if chosen.language_profile is not None:
            body["languageProfileId"] = chosen.language_profile
        made = await self._call("POST", "/series", answers.series, json=body, timeout=WORK_SECONDS)
        return made.id

    async def _watch(self, series: answers.Series, seasons: set[int]) -> None:
        """Watch out for these seasons and no others. Where a flag changes, Sonarr takes the episodes along."""
        rows = [
            row | {"monitored": row.get("seasonNumber") in seasons}
            for row in series.whole.get("seasons") or []
        ]
        body = series.whole | {"monitored": bool(seasons), "seasons": rows}
        await self._call("PUT", f"/series/{series.id}", json=body, idempotent=True, timeout=WORK_SECONDS)

    async def _watch_episodes(self, series: answers.Series, wanted: list[int]) -> None:
        """A season whose flag was set already may have episodes that are left out."""
        flagged = [number for number in wanted if series.seasons[number].monitored]
        left_out = [
            episode.id
            for episode in (await self._episodes(series) if flagged else [])
            if episode.season in flagged and not episode.monitored and not episode.has_file
        ]
        if left_out:
            body = {"episodeIds": left_out, "monitored": True}
            await self._call("PUT", "/episode/monitor", json=body, idempotent=True, timeout=WORK_SECONDS)

    async def _complete(self, series: answers.Series, asked: Iterable[int]) -> set[int]:
        """Seasons of which every episode that has aired is there. Sonarr's own count leaves out what it does not watch
        out for, so where it does not settle the question the episodes are looked at."""
        states = [series.seasons[number] for number in asked if number in series.seasons]
        complete = {state.number for state in states if 0 < state.total <= state.files}
        open_ones = {state.number for state in states if 0 < state.files < state.total}
        if not open_ones:
            return complete
        now = self._clock.now()
        aired = [e for e in await self._episodes(series) if e.season in open_ones and e.has_aired(now)]
        missing = {episode.season for episode in aired if not episode.has_file}
        return complete | ({episode.season for episode in aired} - missing)

    async def _episodes(self, series: answers.Series) -> list[answers.Episode]:
        return await self._get(
            "/episode",
            lambda answer: [answers.episode(row) for row in as_list(answer)],
            params={"seriesId": series.id},
            max_bytes=64 * 1024 * 1024,
        )

    def _demand(self, known: Iterable[int], wanted: Iterable[int]) -> None:
        missing = sorted(set(wanted) - set(known))
        if missing:
            numbers = ", ".join(map(str, missing))
            raise BackendRefused(
                f"{self.system} knows no season {numbers} of it. It may not have been announced there yet.",
                upstream=self.system,
            )


def _season(series: answers.Series, number: int, *, complete: bool) -> Availability:
    state = series.seasons.get(number)
    if complete:
        return Availability.AVAILABLE
    if state is not None and state.files:
        return Availability.PARTIALLY_AVAILABLE
    return Availability.PROCESSING if series.watches(number) else Availability.NONE


def _whole(states: Iterable[Availability], *, all_there: bool) -> Availability:
    if all_there:
        return Availability.AVAILABLE
    found = set(states)
    if found & {Availability.AVAILABLE, Availability.PARTIALLY_AVAILABLE}:
        return Availability.PARTIALLY_AVAILABLE
    return Availability.PROCESSING if Availability.PROCESSING in found else Availability.NONE
