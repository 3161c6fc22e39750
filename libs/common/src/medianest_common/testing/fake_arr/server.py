"""What Radarr and Sonarr have in common: the key, the settings that others choose from, commands, history, faults."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, Self

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from medianest_common.clock import Clock, SystemClock
from medianest_common.contracts.base import rfc3339
from medianest_common.testing.fake_overseerr.faults import Call, Fault, FaultySite
from medianest_common.testing.planted import MARK

from . import refusals
from .queue import Queued

type Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Searched:
    """What the indexers were asked for. `season` is None for a film."""

    their_id: int
    season: int | None = None


class FakeArr(ABC):
    """`profiles`, `folders` and `tags` are what a client may choose from; `calls` is everything it sent."""

    app_name = ""

    def __init__(self, *, version: str, clock: Clock) -> None:
        self.version = version
        self.clock = clock
        self.api_key = f"{MARK}0123456789abcdef012"
        self.accepted_key = self.api_key
        self.profiles: dict[int, str] = {4: "HD-1080p"}
        self.folders: dict[int, str] = {1: "/data"}
        self.tags: dict[int, str] = {1: "family"}
        self.queue: list[Queued] = []
        self.health: list[dict[str, Any]] = []
        """What it complains of."""
        self.disks = [{"path": "/data", "label": "", "freeSpace": 400 * 10**9, "totalSpace": 10**12}]
        self.database_works = True
        self.history: list[tuple[datetime, dict[str, Any]]] = []
        self.searched: list[Searched] = []
        self._ids = count(1)
        routes = [Route(f"/api/v3{path}", self._open(run), methods=[m]) for m, path, run in self.endpoints()]
        app = Starlette(
            routes=[Route("/ping", self._ping), *routes],
            exception_handlers={refusals.Invalid: refusals.invalid, HTTPException: refusals.plain},
        )
        self.site = FaultySite(app, port=0)
        self.url = self.site.url

    @classmethod
    @asynccontextmanager
    async def start(cls, *, version: str | None = None, clock: Clock | None = None) -> AsyncIterator[Self]:
        options = {} if version is None else {"version": version}
        arr = cls(clock=clock or SystemClock(), **options)
        await arr.site.start()
        try:
            yield arr
        finally:
            await arr.site.stop()

    @property
    def calls(self) -> deque[Call]:
        return self.site.calls

    def sent(self, method: str, path: str) -> list[Call]:
        """The calls of that kind, `path` without `/api/v3`."""
        return [c for c in self.calls if c.method == method and c.path.startswith(f"/api/v3{path}")]

    def fail_with(
        self, fault: Fault, *, times: int | None = None, path_prefix: str = "", method: str | None = None
    ) -> None:
        self.site.fail_with(fault, times=times, path_prefix=path_prefix, method=method)

    def heal(self) -> None:
        self.site.heal()

    def next_id(self) -> int:
        return next(self._ids)

    def endpoints(self) -> list[tuple[str, str, Endpoint]]:
        return [
            ("GET", "/system/status", self._status),
            ("GET", "/qualityprofile", self._profiles),
            ("GET", "/rootfolder", self._folders),
            ("GET", "/tag", self._tags),
            ("POST", "/command", self._command),
            ("GET", "/history/since", self._history_since),
            ("GET", "/health", self._health),
            ("GET", "/queue/status", self._queue_status),
            ("GET", "/diskspace", self._disks),
        ]

    @abstractmethod
    def search(self, name: str, body: dict[str, Any]) -> list[Searched]:
        """What a command looks for."""

    def note(self, event: str, **fields: Any) -> None:
        self.history.append((self.clock.now(), {"eventType": event, **fields}))

    def check_choices(self, body: dict[str, Any]) -> None:
        if body.get("qualityProfileId") not in self.profiles:
            raise refusals.Invalid(
                "QualityProfileId", "Quality Profile does not exist", code="QualityProfileExistsValidator"
            )
        if body.get("rootFolderPath") not in self.folders.values():
            raise refusals.Invalid(
                "RootFolderPath", "Root folder does not exist", code="RootFolderExistsValidator"
            )

    def _open(self, run: Endpoint) -> Endpoint:
        async def behind_the_key(request: Request) -> Response:
            given = request.headers.get("x-api-key") or request.query_params.get("apikey")
            return await run(request) if given == self.accepted_key else refusals.unauthorized()

        return behind_the_key

    async def _status(self, _: Request) -> Response:
        return JSONResponse(
            {
                "appName": self.app_name,
                "instanceName": self.app_name,
                "version": self.version,
                "buildTime": "2024-09-01T23:23:23Z",
                "isDebug": False,
                "isProduction": True,
                "isLinux": True,
                "isDocker": True,
                "branch": "master",
                "authentication": "forms",
                "urlBase": "",
            }
        )

    async def _ping(self, _: Request) -> Response:
        if not self.database_works:
            return JSONResponse({"status": "Error"}, 500)
        return JSONResponse({"status": "OK"})

    async def _health(self, _: Request) -> Response:
        return JSONResponse(self.health)

    async def _queue_status(self, _: Request) -> Response:
        rows = sum(len(queued.parts) for queued in self.queue)
        said = {queued.health for queued in self.queue}
        return JSONResponse(
            {
                "totalCount": rows,
                "count": rows,
                "unknownCount": 0,
                "errors": "error" in said,
                "warnings": "warning" in said,
                "unknownErrors": False,
                "unknownWarnings": False,
            }
        )

    async def _disks(self, _: Request) -> Response:
        return JSONResponse(self.disks)

    async def _profiles(self, _: Request) -> Response:
        return JSONResponse([{"id": key, "name": name, "items": []} for key, name in self.profiles.items()])

    async def _folders(self, _: Request) -> Response:
        return JSONResponse(
            [
                {"id": key, "path": path, "accessible": True, "freeSpace": 10**12, "unmappedFolders": []}
                for key, path in self.folders.items()
            ]
        )

    async def _tags(self, _: Request) -> Response:
        return JSONResponse([{"id": key, "label": label} for key, label in self.tags.items()])

    async def _command(self, request: Request) -> Response:
        body = await request.json()
        self.searched += self.search(body.get("name", ""), body)
        answer = {
            "id": self.next_id(),
            "name": body["name"],
            "commandName": body["name"],
            "body": body,
            "priority": "normal",
            "status": "queued",
            "queued": rfc3339(self.clock.now()),
            "trigger": "manual",
        }
        return JSONResponse(answer, status_code=201)

    async def _history_since(self, request: Request) -> Response:
        moment = datetime.fromisoformat(request.query_params["date"])
        return JSONResponse(
            [
                {"id": number, "date": rfc3339(at), "sourceTitle": "release", **fields}
                for number, (at, fields) in enumerate(self.history, start=1)
                if at >= moment
            ]
        )
