from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from medianest_common.testing.planted import MARK

from .site import FakeSystem, recorded, recorded_text


class FakeSabnzbd(FakeSystem):
    api_key = f"{MARK}0011223344556677889"

    def routes(self) -> list[Route]:
        self.accepted_key = self.api_key
        self.warns = True
        """Whether it says why it does not answer."""
        self.knows_host = True
        self.queue: dict[str, Any] = recorded("sabnzbd/mode_queue.json")["queue"]
        return [Route("/api", self._api)]

    async def _api(self, request: Request) -> Response:
        if not self.knows_host:
            return PlainTextResponse("Access denied - Hostname verification failed", 403)
        if request.query_params.get("mode") == "version":
            return JSONResponse(recorded("sabnzbd/mode_version.json"))
        if request.query_params.get("apikey") != self.accepted_key:
            if not self.warns:
                return PlainTextResponse("")
            return PlainTextResponse(recorded_text("sabnzbd/api_key_incorrect.403.txt"), 403)
        return JSONResponse({"queue": self.queue})
