"""How plex.tv answers: XML unless JSON is asked for, and its own form of errors."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from medianest_common.clock import Clock

from .accounts import FakeAccount, PlexAccounts
from .library import FakeLibrary
from .recorded import Document
from .xml import account_xml

_MESSAGES = {
    401: (1001, "User could not be authenticated"),
    404: (1002, "Not found"),
    429: (1003, "API rate limit exceeded"),
}


@dataclass(eq=False, kw_only=True)
class PlexTv:
    """Everything the routes of plex.tv work on."""

    clock: Clock
    accounts: PlexAccounts
    library: FakeLibrary
    machine_id: str
    server_name: str
    server_version: str
    connections: list[Document] = field(default_factory=list)
    """How the server says it can be reached; the local address first."""
    https_required: bool = False
    watchlists_have_guids: bool = False
    """Whether a watchlist names the ids of other catalogues, as a title's own page does."""
    first_resources: list[Document] = field(default_factory=list)
    """Listed before the server."""
    other_resources: list[Document] = field(default_factory=list)
    """Further servers and players in everyone's list."""


class Refused(HTTPException):
    """A v2 error: a list with one code, a message and the status."""

    def __init__(self, status: int, *, code: int | None = None, message: str | None = None) -> None:
        known = _MESSAGES.get(status, (1000, HTTPStatus(status).phrase))
        super().__init__(status)
        self.code = known[0] if code is None else code
        self.message = known[1] if message is None else message


def tv_of(request: Request) -> PlexTv:
    tv: PlexTv = request.app.state.tv
    return tv


def caller_of(request: Request) -> FakeAccount:
    token = request.headers.get("x-plex-token") or request.query_params.get("X-Plex-Token")
    account = tv_of(request).accounts.by_token(token) if token else None
    if account is None:
        raise Refused(401)
    return account


def answer(request: Request, document: Any, *, tag: str, status: int = 200) -> Response:
    if "application/json" in request.headers.get("accept", ""):
        return Response(
            json.dumps(document, ensure_ascii=False), status_code=status, media_type="application/json"
        )
    return Response(account_xml(tag, document), status_code=status, media_type="application/xml")


def error_page(status: int) -> tuple[bytes, bytes]:
    """The content type and the body of a planned fault."""
    code, message = _MESSAGES.get(status, (1000, HTTPStatus(status).phrase))
    errors = {"errors": [{"code": code, "message": message, "status": status}]}
    return b"application/json", json.dumps(errors).encode()


async def refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    refusal = error if isinstance(error, Refused) else Refused(error.status_code)
    entry = {"code": refusal.code, "message": refusal.message, "status": refusal.status_code}
    if "application/json" in request.headers.get("accept", ""):
        return answer(request, {"errors": [entry]}, tag="errors", status=refusal.status_code)
    return Response(
        account_xml("errors", [entry]), status_code=refusal.status_code, media_type="application/xml"
    )


async def form_of(request: Request) -> list[tuple[str, str]]:
    return parse_qsl((await request.body()).decode("utf-8", "replace"))


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
