import secrets
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .site import FakeSystem, recorded

_MOST_ATTEMPTS = 5


class Age(StrEnum):
    """How it answers a sign-in: up to 5.1 and from 5.2 on."""

    OLD = "v4.5.2"
    NEW = "v5.2.3"


class FakeQbittorrent(FakeSystem):
    """It locks out whoever gives a wrong password five times, whatever is given afterwards."""

    username = "admin"
    api_key = "qbt_0123456789abcdefghijklmnop"

    def routes(self) -> list[Route]:
        self.age = Age.OLD
        self.password = "adminadmin"
        self.bypass = False
        """Whether it lets everybody in, as it may for its own network."""
        self.keeps_cookies = True
        self.sessions: set[str] = set()
        self.refused = 0
        self.torrents_with_errors = 0
        self.transfer: dict[str, Any] = recorded("qbittorrent/transfer_info.json")
        return [
            Route("/api/v2/app/version", self._version),
            Route("/api/v2/auth/login", self._login, methods=["POST"]),
            Route("/api/v2/transfer/info", self._transfer),
            Route("/api/v2/torrents/info", self._torrents),
        ]

    @property
    def banned(self) -> bool:
        return self.refused >= _MOST_ATTEMPTS

    @property
    def cookie_name(self) -> str:
        return "SID" if self.age is Age.OLD else "QBT_SID_8080"

    async def _login(self, request: Request) -> Response:
        if not _is_ours(request):
            return PlainTextResponse("Unauthorized", 401)
        if self.banned:
            banned = "Your IP address has been banned after too many failed authentication attempts."
            return PlainTextResponse(banned, 403)
        form = dict(parse_qsl((await request.body()).decode()))
        if (form.get("username"), form.get("password")) != (self.username, self.password):
            self.refused += 1
            return PlainTextResponse("Fails.") if self.age is Age.OLD else PlainTextResponse("", 401)
        session = secrets.token_hex(8)
        if self.keeps_cookies:
            self.sessions.add(session)
        answer = PlainTextResponse("Ok.") if self.age is Age.OLD else Response(status_code=204)
        answer.set_cookie(self.cookie_name, session, httponly=True, samesite="strict", path="/")
        return answer

    async def _version(self, request: Request) -> Response:
        return self._inside(request) or PlainTextResponse(self.age.value)

    async def _transfer(self, request: Request) -> Response:
        return self._inside(request) or JSONResponse(self.transfer)

    async def _torrents(self, request: Request) -> Response:
        wanted = self.torrents_with_errors if request.query_params.get("filter") == "errored" else 0
        listed = [{"hash": f"{number:040x}", "state": "missingFiles"} for number in range(wanted)]
        return self._inside(request) or JSONResponse(listed)

    def _inside(self, request: Request) -> Response | None:
        if not _is_ours(request):
            return PlainTextResponse("Unauthorized", 401)
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if key and self.age is Age.NEW:
            return None if key == self.api_key else PlainTextResponse("Forbidden", 403)
        if self.bypass or request.cookies.get(self.cookie_name) in self.sessions:
            return None
        return PlainTextResponse("Forbidden", 403)


def _is_ours(request: Request) -> bool:
    """It refuses what another page makes a browser send."""
    host = request.headers["host"]
    return all(
        header.startswith(f"http://{host}")
        for name in ("referer", "origin")
        if (header := request.headers.get(name))
    )
