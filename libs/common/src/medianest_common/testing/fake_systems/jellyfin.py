from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from medianest_common.testing.planted import MARK

from .site import FakeSystem, recorded, recorded_text


class FakeJellyfin(FakeSystem):
    api_key = f"{MARK}aabbccddeeff0011223"

    def routes(self) -> list[Route]:
        self.accepted_key = self.api_key
        self.set_up = True
        self.wants_restart = False
        self.starting = False
        return [
            Route("/health", self._health),
            Route("/System/Info/Public", self._public),
            Route("/System/Info", self._info),
        ]

    async def _health(self, _: Request) -> Response:
        if self.starting:
            return PlainTextResponse("Unhealthy", 503)
        return PlainTextResponse(recorded_text("jellyfin/health.txt"))

    async def _public(self, _: Request) -> Response:
        public = recorded("jellyfin/system_info_public.json")
        return JSONResponse(public | {"StartupWizardCompleted": self.set_up})

    async def _info(self, request: Request) -> Response:
        if request.headers.get("authorization") != f'MediaBrowser Token="{self.accepted_key}"':
            return Response(status_code=401)
        public = recorded("jellyfin/system_info_public.json")
        more = {"StartupWizardCompleted": self.set_up, "HasPendingRestart": self.wants_restart}
        return JSONResponse(public | more)
