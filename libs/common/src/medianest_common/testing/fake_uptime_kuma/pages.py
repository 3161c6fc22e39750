"""Its HTTP side: status pages for everybody, figures for whoever has a key."""

import base64
import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from medianest_common.testing.fake_uptime_kuma.household import Json, Monitored, recorded, recorded_text


@dataclass
class KumaPages:
    monitored: Monitored
    first_version: bool
    api_key: str = "uk1_thekeythatwasmadeatitspages"
    metrics: str = ""

    def __post_init__(self) -> None:
        self.metrics = self.metrics or recorded_text("metrics_2.5.3.prom")

    def routes(self, prefix: str) -> list[Route]:
        return [
            Route(f"{prefix}/api/status-page/heartbeat/{{slug}}", self._heartbeats),
            Route(f"{prefix}/api/status-page/{{slug}}", self._page),
            Route(f"{prefix}/metrics", self._metrics),
        ]

    async def _page(self, request: Request) -> Response:
        page = self.monitored.status_pages.get(request.path_params["slug"])
        if page is None:
            return JSONResponse(recorded("status_page_not_found.404.json"), 404)
        # As Node writes it, halves of characters included.
        body = json.dumps(_as_of_1(page) if self.first_version else page)
        return Response(body, media_type="application/json")

    async def _heartbeats(self, request: Request) -> Response:
        """200 and nothing in it for a page that is not there."""
        known = request.path_params["slug"] in self.monitored.status_pages
        file = "status_page_heartbeat.json" if known else "status_page_heartbeat_unknown_slug.200.json"
        return JSONResponse(recorded(file))

    async def _metrics(self, request: Request) -> Response:
        expected = base64.b64encode(f":{self.api_key}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return PlainTextResponse("", 401, {"WWW-Authenticate": "Basic"})
        return PlainTextResponse(self.metrics)


def _as_of_1(page: Json) -> Json:
    rest = {field: value for field, value in page.items() if field != "incidents"}
    return rest | {"incident": next(iter(page["incidents"]), None)}
