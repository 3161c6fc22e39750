"""Pages and interfaces of any kind, as an administrator describes them."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from medianest_common.contracts.health import MonitorState
from medianest_common.errors import Invalid
from medianest_common.testing.certificates import self_signed
from medianest_common.testing.http_server import serve
from medianest_health.adapters.http import MOST_BYTES
from medianest_health.adapters.kinds import check_spec
from services.health.tests.probes.probing import NOBODY, cut_off, look, ports, spec_of

UP, DOWN, AUTH, UNKNOWN = MonitorState.UP, MonitorState.DOWN, MonitorState.AUTH, MonitorState.UNKNOWN


@dataclass
class Site:
    """Answers what it is told to; `asked` is what came."""

    url: str = ""
    other: str = ""
    asked: list[Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    sent: int = 0

    async def answer(self, request: Request) -> Response:
        self.asked.append(request)
        self.bodies.append(await request.body())
        match request.path_params["what"]:
            case "status":
                return PlainTextResponse("so it is", int(request.query_params["code"]))
            case "endless":
                return StreamingResponse(self._endless(), media_type="text/plain")
            case "json":
                services = [{"name": "a", "up": True}, {"name": "b", "up": False}]
                document = {"status": "ok", "count": 3, "services": services, "nothing": None}
                return Response(json.dumps(document), media_type="application/json")
            case "latin":
                return Response("Grüße".encode("latin-1"), media_type="text/plain; charset=iso-8859-1")
            case "moved":
                return RedirectResponse(
                    request.query_params["to"], int(request.query_params.get("code", 302))
                )
            case "circle":
                return RedirectResponse("/circle", 302)
            case "hang":
                await request.receive()  # Returns when the client has gone.
        return PlainTextResponse("all is well")

    async def _endless(self) -> AsyncIterator[bytes]:
        while True:
            self.sent += 65_536
            yield b"x" * 65_536
            await asyncio.sleep(0)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    app = Starlette(routes=[Route("/{what}", site.answer, methods=["GET", "HEAD", "POST", "PUT"])])
    async with serve(app) as site.url, serve(app) as site.other:
        yield site


@pytest.mark.parametrize(
    "code, statuses, outcome",
    [
        (200, ["200-299"], UP),
        (204, ["200-299"], UP),
        (404, ["200-299"], DOWN),
        (404, ["404"], UP),
        (500, ["200-299", "500-599"], UP),
        (200, ["418"], DOWN),
        (401, ["200-299"], AUTH),
        (403, ["200-299"], AUTH),
        (401, ["200-299", "401"], UP),
        (503, ["200-299"], DOWN),
    ],
)
async def test_which_statuses_are_well(
    site: Site, code: int, statuses: list[str], outcome: MonitorState
) -> None:
    found = await look(kind="http", url=f"{site.url}/status?code={code}", statuses=statuses)

    assert found.outcome is outcome
    assert found.latency_ms is not None
    assert (found.message is None) is (outcome is UP)


@pytest.mark.parametrize(
    "keyword, absent, outcome",
    [("is well", False, UP), ("is ill", False, DOWN), ("is ill", True, UP), ("is well", True, DOWN)],
)
async def test_a_keyword_is_there_or_is_not(
    site: Site, keyword: str, absent: bool, outcome: MonitorState
) -> None:
    found = await look(kind="http", url=f"{site.url}/page", keyword=keyword, keyword_absent=absent)

    assert found.outcome is outcome


async def test_a_keyword_is_found_in_the_encoding_of_the_page(site: Site) -> None:
    assert (await look(kind="http", url=f"{site.url}/latin", keyword="Grüße")).outcome is UP


async def test_only_the_beginning_of_an_endless_answer_is_read(site: Site) -> None:
    found = await look(kind="http", url=f"{site.url}/endless", keyword="nowhere")

    assert (found.outcome, found.message) == (
        DOWN,
        "Thing answered without the keyword in its first megabyte.",
    )
    assert site.sent < 30 * MOST_BYTES


@pytest.mark.parametrize(
    "path, expected, outcome",
    [
        ("$.status", None, UP),
        ("$.status", "ok", UP),
        ("$.status", "well", DOWN),
        ("$.count", "3", UP),
        ("$.count", "3.0", UP),
        ("$.count", "true", DOWN),
        ("$.services[?@.name=='a'].up", "true", UP),
        ("$.services[?@.name=='b'].up", "true", DOWN),
        ("$.services[*].up", "false", UP),
        ("$.nothing", "null", UP),
        ("$.missing", None, DOWN),
        ("$..*..*", "never", DOWN),
    ],
)
async def test_what_a_json_path_finds(
    site: Site, path: str, expected: str | None, outcome: MonitorState
) -> None:
    found = await look(kind="http", url=f"{site.url}/json", json_path=path, json_expected=expected)

    assert found.outcome is outcome
    assert "well" not in (found.message or "")


@pytest.mark.parametrize("what", ["page", "endless"])
async def test_what_is_not_json_or_too_much_of_it_is_down(site: Site, what: str) -> None:
    assert (await look(kind="http", url=f"{site.url}/{what}", json_path="$.a")).outcome is DOWN


@pytest.mark.parametrize(
    "values",
    [
        {"json_path": "$.["},
        {"json_path": "no path"},
        {"json_path": "$..a..b..c"},
        {"url": "http://169.254.169.254/latest/meta-data"},
        {"url": "http://[::ffff:169.254.169.254]/"},
        {"url": "http://user:pass@host/"},
        {"method": "HEAD", "keyword": "x"},
        {"headers": {"Bad Name": "x"}},
        {"headers": {"Content-Length": "7"}},
        {"headers": {"X-Line": "a\r\nb: c"}},
    ],
)
async def test_what_can_never_work_is_said_before_it_is_saved_and_found_after(values: dict[str, Any]) -> None:
    spec = {"kind": "http", "url": "http://host.example/"} | values

    with pytest.raises(Invalid) as refused:
        check_spec(spec_of(**spec), ports=ports())
    assert (await look(**spec)).message == refused.value.detail


async def test_method_body_headers_and_sign_in_arrive(site: Site) -> None:
    await look(
        kind="http",
        url=f"{site.url}/page",
        method="POST",
        body='{"q": 1}',
        headers={"X-Api-Key": "k"},
        username="frida",
        password="pässword",
    )

    asked = site.asked[0]
    assert (asked.method, site.bodies[0], asked.headers["content-type"]) == (
        "POST",
        b'{"q": 1}',
        "application/json",
    )
    assert asked.headers["x-api-key"] == "k"
    assert (
        base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode() == "frida:pässword"
    )


async def test_a_redirect_is_followed_or_is_the_answer(site: Site) -> None:
    url = f"{site.url}/moved?to=/page"

    assert (await look(kind="http", url=url, keyword="is well")).outcome is UP
    assert (await look(kind="http", url=url, follow_redirects=False)).outcome is DOWN
    assert (await look(kind="http", url=url, follow_redirects=False, statuses=["302"])).outcome is UP


async def test_what_is_secret_stays_with_the_address_that_it_was_meant_for(site: Site) -> None:
    to = f"{site.other}/page"
    url = f"{site.url}/moved?to={to}"
    secrets: dict[str, Any] = {"headers": {"X-Api-Key": "k"}, "username": "frida", "password": "p"}

    assert (await look(kind="http", url=url, **secrets)).outcome is UP

    near, far = site.asked
    assert near.headers["x-api-key"] == "k" and "authorization" in near.headers
    assert "x-api-key" not in far.headers and "authorization" not in far.headers


async def test_a_body_is_not_sent_on_to_another_address(site: Site) -> None:
    url = f"{site.url}/moved?code=307&to={site.other}/page"

    found = await look(kind="http", url=url, method="POST", body="secret")

    assert (found.outcome, len(site.asked)) == (DOWN, 1)


@pytest.mark.parametrize("to", ["http://169.254.169.254/", "file:///etc/passwd", "/circle"])
async def test_a_redirect_that_leads_nowhere_is_down(site: Site, to: str) -> None:
    found = await look(kind="http", url=f"{site.url}/moved?to={to}")

    assert found.outcome is DOWN
    assert "redirects" in (found.message or "")


async def test_nobody_there_and_no_answer_in_time(site: Site) -> None:
    refused = await look(kind="http", url=f"http://{NOBODY}/")
    late = await look(kind="http", url=f"{site.url}/hang", seconds=0.5)
    unknown = await look(kind="http", url=f"http://{NOBODY}/", among=ports(own_trouble=cut_off))

    assert (refused.outcome, refused.latency_ms, refused.message) == (DOWN, None, "Thing cannot be reached.")
    assert (late.outcome, late.latency_ms, late.message) == (DOWN, None, "Thing did not answer in time.")
    assert (unknown.outcome, unknown.message) == (UNKNOWN, "This machine has no network to reach it by.")


async def test_what_does_not_speak_http_is_down() -> None:
    async def gibberish(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    server = await asyncio.start_server(gibberish, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        found = await look(kind="http", url=f"http://127.0.0.1:{port}/")

    assert found.outcome is DOWN
    assert found.message


async def test_a_certificate_is_looked_at_or_ignored(site: Site, tmp_path: Path) -> None:
    tls, _ = self_signed(tmp_path, "localhost")
    app = Starlette(routes=[Route("/{what}", site.answer)])
    async with serve(app, tls=tls) as url:
        strict = await look(kind="http", url=f"{url}/page")
        lenient = await look(kind="http", url=f"{url}/page", verify_tls=False)

    assert (strict.outcome, strict.certificate) == (DOWN, None)
    assert "self-signed" in (strict.message or "")
    assert lenient.outcome is UP
    assert lenient.certificate
    assert len(lenient.certificate.fingerprint) == 64


async def test_nothing_secret_is_in_what_is_logged_or_found(
    site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    said = ""
    for what in ("status?code=500", "status?code=401", "hang", "circle"):
        found = await look(
            kind="http",
            url=f"{site.url}/{what}",
            headers={"X-Api-Key": "a-secret"},
            username="frida",
            password="another-secret",
            seconds=0.5,
        )
        said += f"{found}"
    said += "".join(capfd.readouterr())

    assert "Thing" in said
    assert "secret" not in said
