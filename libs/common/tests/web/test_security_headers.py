"""What browsers and caches are told about every answer."""

import pytest

from libs.common.tests.web.portal import API, MakePortal, Portal
from libs.common.tests.web.wire import Wire, request
from medianest_common.web.server import serving


@pytest.mark.parametrize("path", [f"{API}/big", f"{API}/nowhere", "/health", f"{API}/broken"])
async def test_40_no_answer_may_be_framed_sniffed_or_kept(portal: Portal, path: str) -> None:
    async with portal.client() as client:
        headers = (await client.get(path)).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "private, no-store"
    assert {"Cookie", "Authorization", "Origin"} <= set(headers["vary"].split(", "))


# What Helmet 8 sets by itself, with `include subdomains` left out: other names of the house may have no TLS.
HELMET = {
    "content-security-policy": None,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "origin-agent-cluster": "?1",
    "referrer-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-dns-prefetch-control": "off",
    "x-download-options": "noopen",
    "x-frame-options": "DENY",
    "x-permitted-cross-domain-policies": "none",
    "x-xss-protection": "0",
}


@pytest.mark.parametrize("path", [f"{API}/big", f"{API}/nowhere"])
async def test_all_that_helmet_sets_is_set_and_nothing_tells_what_we_are_made_of(
    make: MakePortal, path: str
) -> None:
    async with make(secure=True).client() as client:
        headers = (await client.get(path)).headers
    assert {name: headers.get(name) for name, value in HELMET.items() if value} == {
        name: value for name, value in HELMET.items() if value
    }
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["img-src"] == "'self' data:"
    assert "unsafe" not in headers["content-security-policy"]
    for nothing in ("object-src", "base-uri", "frame-ancestors"):
        assert policy[nothing] == "'none'"
    assert {"server", "x-powered-by"}.isdisjoint(headers)


@pytest.mark.parametrize("secure, present", [(True, True), (False, False)])
async def test_hsts_only_where_we_are_reached_over_tls(make: MakePortal, secure: bool, present: bool) -> None:
    async with make(secure=secure).client() as client:
        answer = await client.get("/health")
    assert ("strict-transport-security" in answer.headers) is present


@pytest.mark.parametrize("suffix", ["/x.css", ";x.css", "%2fx.css", "/..%2fx.css"])
async def test_99_an_address_made_to_look_static_is_not_answered(portal: Portal, suffix: str) -> None:
    """Attack 99: cache deception."""
    portal.sign_in("good")
    async with portal.browser("good") as client:
        answer = await client.get(f"{API}/me{suffix}")
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "private, no-store"


async def test_99_two_people_behind_one_cache_cannot_be_mixed_up(portal: Portal) -> None:
    """Attack 99: what the answer depends on is said, and keeping it is forbidden.

    Report 42 of people who use request managers (O#4000): behind a proxy that kept answers they saw each other's.
    """
    for name in ("ada", "bob"):
        portal.sign_in(name)
        async with portal.browser(name) as client:
            answer = await client.get(f"{API}/me", headers={"X-Forwarded-Host": "evil.example"})
        assert answer.json()["user"] == str(portal.tokens[name].user_id)
        assert answer.headers["cache-control"] == "private, no-store"
        assert "evil" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    "path, kept", [("/health", "private, no-store"), ("/api/v1/openapi.json", "no-cache")]
)
async def test_on_the_wire_each_is_said_once_and_a_route_may_say_otherwise(
    portal: Portal, path: str, kept: str
) -> None:
    """Our own server writes them as they are where no route says anything else."""
    async with serving(portal.app, host="127.0.0.1", port=0) as port:
        answer = await Wire(port, portal).say(request("GET", path))
    head = answer.partition(b"\r\n\r\n")[0].decode().splitlines()[1:]
    said = [line.partition(": ") for line in head]
    names = [name for name, _, _ in said]
    for name in HELMET.keys() - {"strict-transport-security"}:
        assert names.count(name) == 1, name
    (cache_control,) = [value for name, _, value in said if name == "cache-control"]
    assert kept in cache_control
