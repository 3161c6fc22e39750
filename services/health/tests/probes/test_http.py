"""Pages and interfaces of any kind, as an administrator describes them."""

import asyncio
import base64
import gzip
import json
import ssl
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
from medianest_health.adapters import json_looking
from medianest_health.adapters.certificates import read_certificate
from medianest_health.adapters.http import MOST_BYTES
from medianest_health.adapters.json_looking import JsonLooking
from medianest_health.adapters.kinds import OpenProbe, check_spec
from medianest_health.adapters.probe import Finding
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
            case "written":
                named = f"text/html; charset={request.query_params['in']}"
                return Response(b"xn--" + b"a" * 300_000 + b" all is well", headers={"Content-Type": named})
            case "large":
                return Response(json.dumps([{"a": [n]} for n in range(3000)]), media_type="application/json")
            case "moved":
                return RedirectResponse(
                    request.query_params["to"], int(request.query_params.get("code", 302))
                )
            case "circle":
                return RedirectResponse("/circle", 302)
            case "packed":
                packed = gzip.compress(b"all is well")
                return Response(packed, headers={"Content-Encoding": "gzip", "Content-Type": "text/plain"})
            case "headers":
                return Response(b"all is well", headers={"Content-Security-Policy": "x" * 30_000})
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


@pytest.mark.parametrize(
    "codec", ["punycode", "idna", "undefined", "unicode_escape", "zlib", "nonsense", "a.b"]
)
async def test_what_is_no_encoding_of_pages_is_read_as_utf_8(site: Site, codec: str) -> None:
    """Some take minutes for such a page, and stop everything meanwhile; others fail whatever they are told."""
    url = f"{site.url}/written?in={codec}"

    assert (await look(kind="http", url=url, keyword="all is well")).outcome is UP
    assert (await look(kind="http", url=url, keyword="nothing is well")).outcome is DOWN


@pytest.mark.parametrize("what", ["packed", "headers"])
async def test_a_compressed_page_and_one_with_long_headers_are_read(site: Site, what: str) -> None:
    assert (await look(kind="http", url=f"{site.url}/{what}", keyword="is well")).outcome is UP


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


async def test_a_path_that_goes_through_a_document_again_and_again_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many do, names of hosts are looked up all the while."""
    monkeypatch.setattr(json_looking, "_MOST_STEPS", 300_000)
    document = json.dumps([{"a": [n]} for n in range(3000)]).encode()
    looks = [
        asyncio.ensure_future(JsonLooking("$[?count($..a)==1]", expected=None).wrong(document))
        for _ in range(8)
    ]
    await asyncio.sleep(0)
    await asyncio.get_running_loop().getaddrinfo("localhost", 80)

    assert not all(each.done() for each in looks)
    assert set(await asyncio.gather(*looks)) == {"answered a document that takes too long to look into"}


@pytest.mark.parametrize("what", ["page", "endless"])
async def test_what_is_not_json_or_too_much_of_it_is_down(site: Site, what: str) -> None:
    assert (await look(kind="http", url=f"{site.url}/{what}", json_path="$.a")).outcome is DOWN


@pytest.mark.parametrize(
    "values",
    [
        {"json_path": "$.["},
        {"json_path": "no path"},
        {"json_path": "$..a..b..c"},
        {"json_path": "$..[?search(@.a, '(a|aa)*[bd]')]"},
        {"json_path": "$..[?match(@.a, @.b)]"},
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
    nowhere = await look(kind="http", url="http://nowhere.invalid/")
    plain = await look(kind="http", url=f"https{site.url.removeprefix('http')}/page")

    assert (refused.outcome, refused.latency_ms, refused.message) == (DOWN, None, "Thing cannot be reached.")
    assert (late.outcome, late.latency_ms, late.message) == (DOWN, None, "Thing did not answer in time.")
    assert (unknown.outcome, unknown.message) == (UNKNOWN, "This machine has no network to reach it by.")
    assert (nowhere.outcome, nowhere.message) in [
        (DOWN, "The host name of Thing leads to no address."),
        (DOWN, "Thing cannot be reached."),  # Where nobody answers for names.
    ]
    assert plain.outcome is DOWN
    assert "does not speak TLS" in (plain.message or "")


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


async def test_the_certificate_of_whom_we_trust_is_told_however_short_the_answer(tmp_path: Path) -> None:
    tls, kept = self_signed(tmp_path, "localhost")
    trusting = ssl.create_default_context(cafile=str(kept))
    app = Starlette(routes=[Route("/", lambda _: Response(status_code=204))])
    async with serve(app, tls=tls) as url:
        named = url.replace("127.0.0.1", "localhost")
        found = await look(kind="http", url=f"{named}/", among=ports(authorities=trusting))

    assert found.outcome is UP
    assert found.certificate


def test_a_certificate_of_a_version_that_there_never_was_is_none(tmp_path: Path) -> None:
    """Old boxes show such."""
    _, kept = self_signed(tmp_path, "localhost")
    der = ssl.PEM_cert_to_DER_cert(kept.read_text())
    third = bytes.fromhex("a003020102")
    assert read_certificate(der)
    assert read_certificate(der.replace(third, bytes.fromhex("a003020105"), 1)) is None


async def test_what_nobody_has_thought_of_is_a_finding() -> None:
    async def broken() -> Finding:
        raise KeyError("a-secret")

    found = await OpenProbe(broken)()

    assert (found.outcome, found.message) == (UNKNOWN, "It could not be checked.")


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
