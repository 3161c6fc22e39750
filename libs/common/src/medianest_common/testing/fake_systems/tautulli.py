from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from medianest_common.testing.planted import MARK

from .site import FakeSystem, recorded


class FakeTautulli(FakeSystem):
    api_key = f"{MARK}fedcba9876543210fed"

    def routes(self) -> list[Route]:
        self.accepted_key = self.api_key
        self.connected = True
        """Whether it sees its Plex server."""
        return [Route("/status", self._status), Route("/api/v2", self._api)]

    async def _status(self, _: Request) -> JSONResponse:
        return JSONResponse(recorded("tautulli/status.json"))

    async def _api(self, request: Request) -> JSONResponse:
        if request.query_params.get("apikey") != self.accepted_key:
            return JSONResponse(recorded("tautulli/invalid_apikey.401.json"), 401)
        if request.query_params.get("cmd") != "server_status":
            return _answer("error", "Unknown command", {}, status=400)
        return _answer("success", None, {"connected": self.connected})


def _answer(result: str, message: str | None, data: dict[str, bool], *, status: int = 200) -> JSONResponse:
    return JSONResponse({"response": {"result": result, "message": message, "data": data}}, status)
