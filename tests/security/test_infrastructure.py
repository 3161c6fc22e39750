"""Attacks on what lies around the routes: the ways in that are no route, addresses, sockets, the servers behind.

Numbers are those of the list in the security design, section 4.6.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import nats
import psutil
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.engine import make_url
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from medianest.testing import AT_ONCE, eventually
from medianest_common.contracts.live import SUBPROTOCOL, CloseCode
from medianest_common.testing.live_client import LiveClient
from tests.security.conftest import FILM, House
from tests.world import WEBHOOK_SECRET

VIDEO = "dQw4w9WgXcQ"


@pytest.mark.parametrize(
    "url",
    [
        f"https://www.youtube.com@evil.example/watch?v={VIDEO}",
        f"https://youtube.com.evil.example/watch?v={VIDEO}",
        f"https://evil.example/?x=https://youtu.be/{VIDEO}",
        "--exec=touch /tmp/x",
        "-o/tmp/x",
        f"https://www.youtube.com/watch?v={VIDEO}\nhttps://evil.example/",
        "file:///etc/passwd",
        f"http://127.0.0.1/watch?v={VIDEO}",
        "ytsearch10000:x",
    ],
)
def test_attack_80_only_youtube_is_downloaded_from_and_nothing_becomes_an_option(
    house: House, url: str
) -> None:
    house.do(_only_youtube(house, url))


async def _only_youtube(house: House, url: str) -> None:
    for answer in (
        await house.frida.get("/youtube/metadata", params={"url": url}),
        await house.frida.post("/youtube/download", {"url": url}),
        await house.frida.post("/youtube/subscriptions", {"url": url}),
    ):
        assert answer.status_code == 422, answer.text
        assert "evil" not in answer.text and "/tmp" not in answer.text


def test_attack_82_what_overseerr_is_not_known_to_say_changes_nothing(house: House) -> None:
    house.do(_what_overseerr_does_not_say(house))


async def _what_overseerr_does_not_say(house: House) -> None:
    before = (await house.olive.get("/media/requests", params={"limit": 100})).json()
    [request] = [each for each in before["items"] if each["tmdbId"] == FILM]
    known = {
        "notification_type": "MEDIA_AVAILABLE",
        "subject": "x",
        "media": {"media_type": "movie", "tmdbId": str(FILM), "tvdbId": "", "status": "AVAILABLE"},
        "request": {"request_id": "999999"},
    }
    right = {"Authorization": WEBHOOK_SECRET, "Content-Type": "application/json"}
    deep = b"[" * 10_000 + b"]" * 10_000
    tried = [
        ({**right, "Authorization": "wrong"}, json.dumps(known).encode(), 401),
        ({**right, "Authorization": f"Bearer {WEBHOOK_SECRET}"}, json.dumps(known).encode(), 401),
        ({**right, "Authorization": WEBHOOK_SECRET[:-1]}, json.dumps(known).encode(), 401),
        ({"Content-Type": "application/json"}, json.dumps(known).encode(), 401),
        (right, b"x" * 5_000_000, 413),
        (right, deep, 202),
        (right, b"\xff\xfe{", 400),
        (right, json.dumps({"notification_type": "NO_SUCH_EVENT", "subject": "x"}).encode(), 202),
        (right, json.dumps(known | {"media": {"tmdbId": "-1", "media_type": "movie"}}).encode(), 202),
    ]
    async with httpx.AsyncClient(base_url=house.world.product.url, timeout=30) as stranger:
        for headers, body, status in tried:
            answer = await stranger.post("/api/v1/webhooks/overseerr", content=body, headers=headers)
            expected = (202, 400) if body is deep else (status,)
            assert answer.status_code in expected, (body[:60], answer.text)
            assert WEBHOOK_SECRET not in answer.text
        cookie = {"Cookie": "; ".join(f"{c.name}={c.value}" for c in house.olive.http.cookies.jar)}
        by_cookie = await stranger.post("/api/v1/webhooks/overseerr", json=known, headers=cookie)
        assert by_cookie.status_code == 401, "an owner's browser is no Overseerr"
        for _ in range(5):
            repeated = await stranger.post("/api/v1/webhooks/overseerr", json=known, headers=right)
            assert repeated.status_code == 202
    # What the request is comes from Overseerr itself, which is asked, and not from whoever knows the secret.
    house.world.overseerr.add_movie(FILM + 40, "A mark of time", 2001)
    (await house.frida.request("movie", FILM + 40)).raise_for_status()
    after = (await house.olive.get(f"/media/requests/{request['id']}")).json()
    assert after["status"] == request["status"]


_SLOW_FOR_PATTERNS = [
    "a",
    " ",
    ".",
    "a.",
    "a@",
    "-a",
    "/",
    "<",
    "\\",
    "http://",
    "1:",
    "&#",
    "=",
    "\u200b",
    "Mozilla/5.0 ",
]
_MOST_CPU_SECONDS = 0.5
"""Per request, on a machine that is slow. Where a pattern tries everything with everything it takes minutes."""


def test_attack_93_no_text_keeps_the_product_busy(house: House) -> None:
    house.do(_busy(house), within=240)


async def _busy(house: House) -> None:
    assert house.world.product.process
    product = psutil.Process(house.world.product.process.pid)
    asked = 0
    before = product.cpu_times()
    for piece in _SLOW_FOR_PATTERNS:
        text = (piece * 50_000)[:50_000] + "!"
        spec = {"kind": "http", "url": f"http://{text[:2_000]}"}
        for answer in (
            await house.frida.get("/media/search", params={"query": text[:500]}),
            await house.frida.get("/plex/search", params={"query": text[:500]}),
            await house.nobody.post("/auth/login", {"email": text, "password": text}),
            await house.frida.http.patch(
                "/api/v1/users/me", json={"name": text}, headers={"X-CSRF-Token": house.frida.csrf}
            ),
            await house.frida.post("/youtube/download", {"url": text}),
            await house.frida.post("/errors/report", {"message": text[:2_000], "stack": text[:10_000]}),
            await house.frida.post("/notifications/channels", {"kind": "email", "config": {"address": text}}),
            await house.olive.post("/admin/monitors/test", {"spec": spec}),
            await house.frida.get("/auth/session", headers={"User-Agent": quote(text)[:12_000]}),
        ):
            asked += 1
            assert answer.status_code < 500 or answer.status_code in (503, 504), answer.text
    after = product.cpu_times()
    spent = after.user + after.system - before.user - before.system
    assert spent / asked < _MOST_CPU_SECONDS


@pytest.mark.parametrize("searched", ["%", "_", "%%", "' or 1=1 --", "\\", "100%", "[a-z]"])
def test_attack_95_what_is_searched_for_means_itself(house: House, searched: str) -> None:
    house.do(_means_itself(house, searched))


async def _means_itself(house: House, searched: str) -> None:
    found = (
        await house.olive.get("/media/requests", params={"q": searched, "limit": 100})
    ).raise_for_status()
    assert [item for item in found.json()["items"] if searched not in item["title"]] == []


@pytest.mark.parametrize(
    "hostile", ["id;drop table requests", "id desc", "id--", "1", "(select 1)", "title,id"]
)
def test_attack_95_an_order_is_one_of_those_there_are(house: House, hostile: str) -> None:
    house.do(_order(house, hostile))


async def _order(house: House, hostile: str) -> None:
    for path in ("/media/requests", "/admin/users", "/youtube/downloads", "/plex/libraries/1/items"):
        answer = await house.olive.get(path, params={"sort": hostile})
        # Where there is nothing to choose, the word is passed over.
        assert answer.status_code in (200, 404, 422), answer.text
        assert "syntax" not in answer.text
    assert (await house.olive.get("/media/requests", params={"sort": hostile})).status_code == 422


@pytest.mark.parametrize(
    "suffix", ["/x.css", "/x.js", ";x.css", "%2fx.css", "%00.css", "/..%2fx.png", "?x.css"]
)
def test_attack_99_no_address_makes_a_person_s_data_look_like_a_file(house: House, suffix: str) -> None:
    house.do(_like_a_file(house, suffix))


async def _like_a_file(house: House, suffix: str) -> None:
    for path in ("/api/v1/users/me", "/api/v1/auth/session"):
        answer = await house.frida.http.get(f"{path}{suffix}", headers={"X-Forwarded-Host": "evil.example"})
        assert answer.status_code == (200 if suffix.startswith("?") else 404) or answer.status_code == 422
        assert answer.headers["cache-control"] == "private, no-store"
        assert {"Cookie", "Authorization"} <= set(answer.headers["vary"].split(", "))
        assert "evil" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    "hostile", ['"><script>alert(1)</script>', "'-alert(1)-'", "javascript:alert(1)", "{{73313*3}}"]
)
def test_attack_96_no_page_repeats_what_stands_in_its_address(house: House, hostile: str) -> None:
    house.do(_repeats_nothing(house, hostile))


async def _repeats_nothing(house: House, hostile: str) -> None:
    """There are two pages of ours, and problem documents, which are never taken for one."""
    encoded = quote(hostile, safe="")
    for path in (
        f"/?signIn={encoded}&returnTo={encoded}",
        f"/api/v1/notifications/unsubscribe?token={encoded}",
        f"/login/plex/{encoded}",
        f"/api/v1/auth/oauth/{encoded}/callback?state={encoded}&error={encoded}&error_description={encoded}",
        f"/api/v1/auth/forward?to={encoded}",
        f"/api/v1/status/{encoded}",
        f"/{encoded}",
    ):
        answer = await house.nobody.http.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
        assert answer.status_code < 500 or answer.status_code in (503, 504), path
        kind = answer.headers.get("content-type", "")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
        if kind.startswith("text/html"):
            assert (
                hostile not in answer.text and "alert(1)" not in answer.text and "219939" not in answer.text
            )
        elif answer.content:
            assert kind in ("application/problem+json", "application/json"), path
        assert hostile not in answer.headers.get("location", "")


def test_attack_99_one_person_s_answer_is_no_other_s_by_any_tag(house: House) -> None:
    house.do(_no_other_s(house))


async def _no_other_s(house: House) -> None:
    for path in ("/users/me", "/auth/session", "/notifications/count", "/media/requests"):
        hers = await house.frida.get(path)
        tag = hers.headers.get("etag")
        his = await house.olive.get(path, headers={"If-None-Match": tag} if tag else {})
        assert his.status_code == 200 or his.headers.get("etag") == tag
        if path in ("/users/me", "/auth/session"):
            assert his.status_code == 200 and his.text != hers.text


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/internal",
        "/api/v1/internal/metrics",
        "/admin",
        "/debug",
        "/server-status",
        "/.env",
        "/.git/config",
        "/actuator/health",
        "/health/../metrics",
        "/health/%2e%2e/metrics",
        "//metrics",
        "/./metrics",
        "/METRICS",
        "/api/v1/..%2f..%2fmetrics",
    ],
)
def test_attack_100_what_is_for_the_inside_is_not_there_from_outside(house: House, path: str) -> None:
    house.do(_not_there(house, path))


async def _not_there(house: House, path: str) -> None:
    for headers in ({}, {"X-Original-URL": "/metrics", "X-Rewrite-URL": "/metrics"}):
        reader, writer = await asyncio.open_connection("127.0.0.1", house.world.product.port)
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        answer = await asyncio.wait_for(reader.read(), 30)
        writer.close()
        assert answer[9:12] in (b"401", b"404"), answer[:200]
        assert b"medianest_http" not in answer and b"python_info" not in answer


def test_attack_101_only_our_own_pages_open_a_socket_and_only_with_a_ticket(house: House) -> None:
    house.do(_opens(house))


async def _opens(house: House) -> None:
    own = house.world.product.url
    cookie = "; ".join(f"{c.name}={c.value}" for c in house.frida.http.cookies.jar)
    for origin in ("https://evil.example", "null", f"{own}.evil.example", "http://localhost:1", None):
        with pytest.raises(InvalidStatus) as refused:
            await _socket(house, origin=origin, headers={"Cookie": cookie})
        assert refused.value.response.status_code == 403
    # A token in the address opens nothing; it would be in the log of every proxy on the way.
    for name in ("access_token", "token", "authorization", "jwt"):
        async with await _socket(house, query=f"?{name}={house.frida.token}") as raw:
            await raw.send('{"t":"pong"}')
            assert await _code(raw) == CloseCode.BAD_MESSAGE
    for ticket in ("mnt_guessed", house.frida.token, "x" * 10_000):
        async with await _socket(house) as raw:
            await raw.send(json.dumps({"t": "auth", "ticket": ticket}))
            assert await _code(raw) in (CloseCode.EXPIRED, CloseCode.BAD_MESSAGE)
    used = await house.frida.ticket()
    for code in (None, CloseCode.EXPIRED):
        async with await _socket(house) as raw:
            await raw.send(json.dumps({"t": "auth", "ticket": used}))
            if code is None:
                assert json.loads(await asyncio.wait_for(_said(raw, "auth_ok"), 30))["t"] == "auth_ok"
            else:
                assert await _code(raw) == code


def test_attack_101_nobody_listens_to_what_is_another_s(house: House) -> None:
    house.do(_listens(house))


async def _listens(house: House) -> None:
    """There are no rooms to ask for: who one is decides what one hears."""
    async with await _socket(house) as raw:
        ticket = await house.frida.ticket()
        user = house.olive.user["id"]
        await raw.send(
            json.dumps({"t": "auth", "ticket": ticket, "userId": user, "rooms": ["*"], "topic": ">"})
        )
        welcome = json.loads(await asyncio.wait_for(_said(raw, "auth_ok"), 30))
        assert welcome["userId"] == house.frida.user["id"]
        for asked in ("subscribe", "join", "event"):
            async with await _socket(house) as other:
                await other.send(json.dumps({"t": "auth", "ticket": await house.frida.ticket()}))
                await asyncio.wait_for(_said(other, "auth_ok"), 30)
                await other.send(json.dumps({"t": asked, "subject": f"push.user.{user}", "room": "*"}))
                assert await _code(other) == CloseCode.BAD_MESSAGE


def test_attack_101_too_large_too_often_and_too_many_are_closed(house: House) -> None:
    house.do(_closed(house))


async def _closed(house: House) -> None:
    async with await _socket(house) as raw:
        with suppress(ConnectionClosed):
            await raw.send("x" * (1 << 20))
        assert await _code(raw) == 1009
    async with await _socket(house) as raw:
        await raw.send(json.dumps({"t": "auth", "ticket": await house.frida.ticket()}))
        await asyncio.wait_for(_said(raw, "auth_ok"), 30)
        with suppress(ConnectionClosed):
            for _ in range(1_000):
                await raw.send('{"t":"ack"}')
        assert await _code(raw) == CloseCode.BAD_MESSAGE
    held: list[LiveClient] = []
    try:
        for _ in range(15):
            url = f"ws://localhost:{house.world.product.port}/api/v1/ws"
            live = LiveClient(url, ticket=house.frida.ticket, origin=house.world.product.url, reconnect=False)
            held.append(await live.__aenter__())
        await eventually(lambda: _true(sum(bool(live.close_codes) for live in held) == 5))
        assert {code for live in held for code in live.close_codes} == {CloseCode.TOO_MANY}
        assert all(live.close_codes for live in held[:5]), "the oldest go"
    finally:
        for live in held:
            await live.__aexit__()


def test_attack_101_a_socket_ends_with_the_session_it_was_opened_with(house: House) -> None:
    house.do(_ends(house))


async def _ends(house: House) -> None:
    account = house.world.plex.add_friend(username="Gone", email="gone@example.org")
    gone = await house.world.person()
    await gone.sign_in_with_plex(house.world.plex, account)
    async with await _socket(house) as raw:
        await raw.send(json.dumps({"t": "auth", "ticket": await gone.ticket()}))
        await asyncio.wait_for(_said(raw, "auth_ok"), 30)
        assert (await gone.post("/auth/logout")).status_code == 204
        left = time.monotonic()
        assert await _code(raw) == CloseCode.REVOKED
        assert time.monotonic() - left < AT_ONCE


def test_attack_105_nobody_without_a_password_talks_to_the_servers_behind(house: House) -> None:
    house.do(_nobody_talks(house))


async def _nobody_talks(house: House) -> None:
    urls = house.urls
    place = urls.nats_url.rpartition("@")[2]
    for credentials in ("", "medianest:wrong@", "medianest:@", ":@", "admin:admin@"):
        with pytest.raises((nats.errors.Error, OSError)):
            await _quickly(
                nats.connect(f"nats://{credentials}{place}", allow_reconnect=False, connect_timeout=10)
            )
    database = make_url(urls.database_url)
    for wrong in (None, "", "postgres", "wrong"):
        with pytest.raises((asyncpg.PostgresError, OSError, asyncpg.InterfaceError)):
            await asyncpg.connect(
                host=database.query.get("host", database.host) or "localhost",
                port=database.port or 5432,
                user=database.username,
                password=wrong,
                database=database.database,
                timeout=10,
            )
    if "@" in urls.valkey_url:
        open_to_all = urls.valkey_url.replace(urls.valkey_url.partition("//")[2].partition("@")[0] + "@", "")
        async with Redis.from_url(open_to_all, socket_timeout=5) as valkey:
            with pytest.raises((RedisError, OSError)):
                await valkey.get("x")
    # Neither NATS' own pages nor anything else of ours listens beyond this machine.
    configuration = (house.world.product.data_dir / "servers" / "nats.conf").read_text()
    assert not re.search(r"^\s*(https?|monitor)(_port)?\s*[:=]", configuration, re.MULTILINE)
    assert 'listen: "127.0.0.1:' in configuration


async def _quickly[T](work: Awaitable[T]) -> T:
    async with asyncio.timeout(20):
        return await work


async def _socket(
    house: House, *, origin: str | None = "", query: str = "", headers: dict[str, str] | None = None
) -> Any:
    url = f"ws://localhost:{house.world.product.port}/api/v1/ws{query}"
    shown = house.world.product.url if origin == "" else origin
    return await connect(
        url,
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        origin=Origin(shown) if shown else None,
        additional_headers=headers,
        proxy=None,
        max_size=None,
    )


async def _said(raw: Any, kind: str) -> str:
    while True:
        text = str(await raw.recv())
        if json.loads(text)["t"] == kind:
            return text


async def _code(raw: Any) -> int | None:
    async with asyncio.timeout(30):
        with suppress(ConnectionClosed):
            while True:
                await raw.recv()
    code: int | None = raw.close_code
    return code


async def _true(is_so: bool) -> bool:
    return is_so
