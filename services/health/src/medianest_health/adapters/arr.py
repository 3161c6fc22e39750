"""Radarr, Sonarr or Prowlarr: is it there, is it what we think, does it take our key, and what does it complain of."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from medianest_common.clock import Clock
from medianest_common.contracts.health import MonitorState
from medianest_common.errors import MediaNestError
from medianest_common.http import Response, UpstreamRefused
from medianest_health.adapters.complaints import Complaints, full_disks
from medianest_health.adapters.http_system import HttpSystem
from medianest_health.adapters.probe import Finding

_VERSIONS = {"Radarr": "v3", "Sonarr": "v3", "Prowlarr": "v1"}
_WITHOUT_DOWNLOADS = frozenset({"Prowlarr"})
_QUEUE = {
    "pageSize": "100",
    "includeUnknownMovieItems": "true",
    "includeUnknownSeriesItems": "true",
}
_NO_OUTAGE = frozenset({"UpdateCheck"})
"""A newer version waits for as long as its owner likes."""
_OLD = Finding(MonitorState.UP, message="It is too old to be asked without a key.")


class ArrProbe:
    """`app` is how it names itself. Without a key that is not `required`, whether it lives is all that is looked at."""

    def __init__(
        self,
        system: HttpSystem,
        *,
        app: str,
        api_key: str,
        key: str,
        required: bool,
        seconds: float,
        clock: Clock,
    ) -> None:
        self._system = system
        self._app = app
        self._headers = {"X-Api-Key": api_key}
        self._key = key
        self._has_key = bool(api_key)
        self._required = required
        self._api = f"/api/{_VERSIONS[app]}"
        self._complaints = Complaints(clock=clock, seconds=seconds, ask=self._ask)

    async def __call__(self) -> Finding:
        alive = await self._system.alive("/ping", recognise=_is_ok, missing=_OLD)
        if alive is _OLD:
            if not (self._has_key or self._required):
                return _OLD
            alive = await self._keyed()
            return await self._complaints(alive)
        if alive.outcome is not MonitorState.UP or not (self._has_key or self._required):
            return alive
        accepted = await self._system.with_key(
            alive,
            f"{self._api}/system/status",
            key=self._key,
            headers=self._headers,
            recognise=self._is_it,
        )
        return await self._complaints(accepted)

    async def _keyed(self) -> Finding:
        return await self._system.keyed(
            f"{self._api}/system/status", recognise=self._is_it, key=self._key, headers=self._headers
        )

    async def _ask(self) -> Iterable[str]:
        parts = [self._health()]
        if self._app not in _WITHOUT_DOWNLOADS:
            parts += [self._queue(), self._disks()]
        return [said for part in await asyncio.gather(*parts) for said in part]

    async def _health(self) -> list[str]:
        reported = await self._get("/health", "how it is")
        if isinstance(reported, str):
            return [reported]
        return [str(each.get("message") or each.get("source")) for each in _dicts(reported) if _counts(each)]

    async def _queue(self) -> list[str]:
        status = await self._get("/queue/status", "about its queue")
        if isinstance(status, str):
            return [status]
        if not (isinstance(status, dict) and (status.get("errors") or status.get("unknownErrors"))):
            return []
        queue = await self._get("/queue", "about its queue", params=_QUEUE)
        records = _dicts(queue.get("records")) if isinstance(queue, dict) else []
        # A season pack is one download and one record for each of its episodes.
        failing = {each.get("downloadId") or each.get("id") for each in records if _has_failed(each)}
        if len(failing) == 1:
            return ["a download has an error"]
        return [f"{len(failing)} downloads have errors" if failing else "downloads have errors"]

    async def _disks(self) -> list[str]:
        disks = await self._get("/diskspace", "how full its disks are")
        if isinstance(disks, str):
            return [disks]
        try:
            return list(full_disks(_dicts(disks)))
        except (LookupError, ValueError, TypeError):
            return []

    async def _get(self, path: str, about: str, *, params: Mapping[str, str] | None = None) -> Any:
        """What is there, or what it means that it is not. Nothing is missing where it does not know the path."""
        try:
            return await self._system.ask(f"{self._api}{path}", headers=self._headers, params=params)
        except UpstreamRefused as refused:
            return [] if refused.upstream_status == 404 else f"it does not say {about}"
        except MediaNestError:
            return f"it does not say {about}"

    def _is_it(self, answer: Response) -> bool:
        """Old ones do not say their name."""
        status = answer.json()
        return isinstance(status["version"], str) and status.get("appName") in (None, "", self._app)


def _is_ok(answer: Response) -> bool:
    return bool(answer.json()["status"] == "OK")


def _counts(reported: Mapping[str, Any]) -> bool:
    """One indexer that is away is no outage of what searches them; when all are, it is reported as an error."""
    kind, source = str(reported.get("type", "")).lower(), str(reported.get("source", ""))
    if source in _NO_OUTAGE:
        return False
    return kind == "error" or (kind == "warning" and not source.startswith("Indexer"))


def _has_failed(record: Mapping[str, Any]) -> bool:
    return "error" in (record.get("trackedDownloadStatus"), record.get("status"))


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
