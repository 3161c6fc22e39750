"""The application: endpoints behind their gate, under `/api/v1`."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from .endpoint import Endpoint, Gate
from .refusals import NoAccess, Refused, no_access, refused
from .requesting import Requesting
from .routes_issues import IssueRoutes
from .routes_requests import RequestRoutes
from .routes_service import ServiceRoutes
from .routes_settings import SettingsRoutes
from .routes_titles import TitleRoutes
from .routes_users import UserRoutes
from .state import State
from .title_views import TitleViews
from .transitions import Transitions
from .views import Views
from .webhooks import Webhooks


def all_endpoints(state: State, *, transitions: Transitions, webhooks: Webhooks) -> list[Endpoint]:
    views = Views(state)
    requesting = Requesting(state)
    return [
        *ServiceRoutes(state).endpoints(),
        *SettingsRoutes(state, webhooks).endpoints(),
        *UserRoutes(state, views).endpoints(),
        *TitleRoutes(state, TitleViews(state, views)).endpoints(),
        *RequestRoutes(state, views=views, requesting=requesting, transitions=transitions).endpoints(),
        *IssueRoutes(state, views=views, transitions=transitions).endpoints(),
    ]


def build_app(endpoints: list[Endpoint], gate: Gate) -> Starlette:
    routes = [_route(endpoint, gate) for endpoint in endpoints if gate.serves(endpoint)]
    return Starlette(
        routes=[Mount("/api/v1", routes=routes)],
        exception_handlers={Refused: refused, NoAccess: no_access, HTTPException: _unknown},
    )


def _route(endpoint: Endpoint, gate: Gate) -> Route:
    async def handle(request: Request) -> Response:
        return await gate.answer(endpoint, request)

    return Route(endpoint.template, handle, methods=[endpoint.method])


async def _unknown(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    message = "not found" if error.status_code == 404 else f"{request.method} method not allowed"
    body = {"message": message, "errors": [{"path": request.url.path, "message": message}]}
    return JSONResponse(body, status_code=error.status_code)
