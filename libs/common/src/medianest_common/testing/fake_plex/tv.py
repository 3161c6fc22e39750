"""The fake plex.tv: sign-in PINs, accounts, resources and sharing."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import auth_page, sharing, watchlist
from .accounts import FakeAccount, Pin
from .recorded import Document, recorded
from .tv_answers import PlexTv, Refused, answer, caller_of, form_of, iso, refused, tv_of

_PIN: Document = recorded("plextv/rs_pins_new.json")
_USER: Document = recorded("plextv/rs_user_info_free.json")
_RESOURCE: Document = recorded("plextv/rs_resources.json")[0]


def plex_tv_app(tv: PlexTv) -> Starlette:
    app = Starlette(
        routes=[
            Route("/api/v2/pins", new_pin, methods=["POST"]),
            Route("/api/v2/pins/{pin:int}", read_pin, methods=["GET"]),
            Route("/api/v2/user", user, methods=["GET"]),
            Route("/api/v2/ping", ping, methods=["GET"]),
            Route("/api/v2/resources", resources, methods=["GET"]),
            Route("/api/v2/user/webhooks", webhooks, methods=["GET", "POST"]),
            *sharing.ROUTES,
            *auth_page.ROUTES,
            *watchlist.ROUTES,
        ],
        exception_handlers={HTTPException: refused},
    )
    app.state.tv = tv
    return app


async def new_pin(request: Request) -> Response:
    client = _client_identifier(request)
    values = dict(request.query_params) | dict(await form_of(request))
    pin = tv_of(request).accounts.new_pin(
        client,
        product=request.headers.get("x-plex-product", "0"),
        strong=values.get("strong") in ("true", "1"),
    )
    return answer(request, _pin(tv_of(request), pin), tag="pin", status=201)


async def read_pin(request: Request) -> Response:
    tv = tv_of(request)
    pin = tv.accounts.pin(request.path_params["pin"], _client_identifier(request))
    if pin is None:
        raise Refused(404, code=1020, message="Code not found or expired")
    return answer(request, _pin(tv, pin), tag="pin")


async def user(request: Request) -> Response:
    account = caller_of(request)
    document = _USER | {
        "id": account.id,
        "uuid": account.uuid,
        "username": "" if account.managed else account.username,
        "title": account.title,
        "email": account.email,
        "confirmed": account.confirmed,
        "friendlyName": account.title if account.managed else "",
        "thumb": account.thumb,
        "authToken": account.token,
        "restricted": account.restricted,
        "home": account.managed,
        "guest": account.managed,
        "hasPassword": not account.managed,
        "joinedAt": int(account.joined_at.timestamp()),
        "services": [],
    }
    return answer(request, document, tag="user")


async def ping(request: Request) -> Response:
    caller_of(request)
    if "application/json" in request.headers.get("accept", ""):
        return answer(request, {"pong": True}, tag="pong")
    return Response("<pong>true</pong>", media_type="application/xml")


async def resources(request: Request) -> Response:
    """A bare array; the server is in it for those it is shared with, with a token of its own for each."""
    account, tv = caller_of(request), tv_of(request)
    found = [described_server(tv, account)] if account.has_access else []
    return answer(request, tv.first_resources + found + tv.other_resources, tag="resources")


async def webhooks(request: Request) -> Response:
    """POST replaces the whole list."""
    account, tv = caller_of(request), tv_of(request)
    if account.access != "owner":
        raise Refused(403)
    if request.method == "POST":
        form = await form_of(request)
        tv.accounts.webhook_urls = [url for name, url in form if name == "urls[]"]
    return answer(request, [{"url": url} for url in tv.accounts.webhook_urls], tag="webhooks")


def _client_identifier(request: Request) -> str:
    client = request.headers.get("x-plex-client-identifier") or request.query_params.get(
        "X-Plex-Client-Identifier"
    )
    if not client:
        raise Refused(400, code=1000, message="X-Plex-Client-Identifier is missing")
    return client


def _pin(tv: PlexTv, pin: Pin) -> Document:
    return _PIN | {
        "id": pin.id,
        "code": pin.code,
        "product": pin.product,
        "clientIdentifier": pin.client_identifier,
        "expiresIn": tv.accounts.seconds_left(pin),
        "createdAt": iso(pin.created_at),
        "expiresAt": iso(pin.expires_at),
        "authToken": None if pin.account is None else pin.account.token,
        "newRegistration": None if pin.account is None else False,
    }


def described_server(tv: PlexTv, account: FakeAccount) -> Document:
    owned = account.access == "owner"
    return _RESOURCE | {
        "name": tv.server_name,
        "productVersion": tv.server_version,
        "clientIdentifier": tv.machine_id,
        "lastSeenAt": iso(tv.clock.now()),
        "ownerId": None if owned else tv.accounts.owner.id,
        "sourceTitle": None if owned else tv.accounts.owner.title,
        "accessToken": account.server_token,
        "owned": owned,
        "home": account.managed,
        "publicAddressMatches": True,
        "httpsRequired": tv.https_required,
        "connections": tv.connections,
    }
