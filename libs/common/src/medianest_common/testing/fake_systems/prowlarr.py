from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from medianest_common.testing.planted import MARK

from .site import FakeSystem, recorded


class FakeProwlarr(FakeSystem):
    """Version 1 of the API that Radarr and Sonarr have version 3 of."""

    api_key = f"{MARK}89abcdef0123456789a"

    def routes(self) -> list[Route]:
        self.health: list[dict[str, Any]] = []
        return [
            Route("/ping", self._ping),
            Route("/api/v1/system/status", self._status),
            Route("/api/v1/health", self._health),
        ]

    async def _ping(self, _: Request) -> JSONResponse:
        return JSONResponse(recorded("arr/ping_ok.json"))

    async def _status(self, request: Request) -> JSONResponse:
        status = {"appName": "Prowlarr", "instanceName": "Prowlarr", "version": "1.24.3.4754"}
        return JSONResponse(status) if self._may(request) else _no()

    async def _health(self, request: Request) -> JSONResponse:
        return JSONResponse(self.health) if self._may(request) else _no()

    def _may(self, request: Request) -> bool:
        return request.headers.get("x-api-key") == self.api_key


def _no() -> JSONResponse:
    return JSONResponse(recorded("arr/unauthorized.401.json"), 401)
