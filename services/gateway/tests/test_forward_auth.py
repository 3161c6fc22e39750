"""Other sites that ask who somebody is, through a trusted proxy. Numbers are those of the auth design's attacks."""

import base64
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from medianest import registry
from medianest.testing import AT_ONCE, Sandbox, eventually, free_port
from medianest_common.clock import ManualClock, uuid7
from medianest_common.contracts.auth.tokens import Vouched
from medianest_common.contracts.identity import Role
from medianest_common.security.encryption import KeyRing
from medianest_gateway.forward_auth import PASS_LASTS, Passes, Sites, original_of, remote_headers
from medianest_gateway.settings import GatewaySettings
from services.gateway.tests.conftest import SETUP_TOKEN, Browser, Door

HOST = "nest.home.test"
SITE = "https://radarr.home.test/movies?sort=a"
PAGE = {"Accept": "text/html,*/*", "Sec-Fetch-Mode": "navigate"}


def _from(site: str = SITE, **more: str) -> dict[str, str]:
    """What Traefik and Caddy send for a page of another site."""
    parts = urlsplit(site)
    uri = parts.path + (f"?{parts.query}" if parts.query else "")
    return {
        **PAGE,
        "X-Forwarded-For": "198.51.100.7",
        "X-Forwarded-Proto": parts.scheme,
        "X-Forwarded-Host": parts.netloc,
        "X-Forwarded-Uri": uri,
        "X-Forwarded-Method": "GET",
        **more,
    }


def _settings(**changes: Any) -> GatewaySettings:
    values = {
        "base_url": f"https://{HOST}",
        "forward_auth_domains": "radarr.home.test, *.apps.home.test, grafana.home.test:3000, else.test",
        "forward_auth_cookie_domain": "home.test",
    }
    return GatewaySettings(**(values | changes))


async def _door(sandbox: Sandbox, stack: AsyncExitStack, **settings: Any) -> tuple[Door, Browser]:
    port = free_port()
    await sandbox.start(
        *registry.services(["auth", "notifications", "gateway"]),
        port=port,
        base_url=f"http://{HOST}",
        setup_token=SETUP_TOKEN,
        rate_limit_scale=100,
        forward_auth_domains="radarr.home.test",
        forward_auth_cookie_domain="home.test",
        **settings,
    )
    door = Door(f"http://127.0.0.1:{port}", sandbox, stack)
    client = httpx.AsyncClient(base_url=door.url, timeout=20, headers={"Host": HOST})
    owner = Browser(await stack.enter_async_context(client))
    await owner.arrive()
    body = {"setupToken": SETUP_TOKEN, "name": "Olive Öl", "email": "olive@example.org"}
    made = await owner.post("/auth/setup", json={**body, "password": "correct horse battery staple"})
    owner.csrf, owner.token = made.raise_for_status().json()["csrfToken"], made.json()["accessToken"]
    owner.user = made.json()["user"]  # type: ignore[attr-defined]
    return door, owner


@pytest.fixture
async def behind(sandbox: Sandbox) -> AsyncIterator[tuple[Door, Browser]]:
    async with AsyncExitStack() as stack:
        yield await _door(sandbox, stack, trusted_proxies="127.0.0.1")


def _pass_of(answer: httpx.Response) -> str:
    [cookie] = [c for c in answer.headers.get_list("set-cookie") if c.startswith("mn_fwd")]
    assert "Domain=home.test" in cookie and "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert "Max-Age=3600" in cookie
    return cookie.partition(";")[0]


async def test_a_browser_signs_in_once_and_is_let_into_the_other_site(behind: tuple[Door, Browser]) -> None:
    door, owner = behind
    stranger = await door.browser()
    sent = await stranger.get("/auth/verify", headers=_from())
    assert sent.status_code == 303
    forward = urlsplit(sent.headers["location"])
    assert (forward.netloc, forward.path) == (HOST, "/api/v1/auth/forward")
    assert parse_qs(forward.query) == {"to": [SITE]}
    path = f"{forward.path.removeprefix('/api/v1')}?{forward.query}"
    asked = await stranger.get(path, headers={"Host": HOST})
    page = urlsplit(asked.headers["location"])
    assert page.path == "/" and parse_qs(page.query)["returnTo"] == [f"{forward.path}?{forward.query}"]
    back = await owner.get(path)
    assert (back.status_code, back.headers["location"]) == (303, SITE)
    shown = _pass_of(back)
    let_in = await stranger.get("/auth/verify", headers=_from(Cookie=shown))
    assert let_in.status_code == 200
    assert let_in.headers["remote-groups"] == "owner"
    assert let_in.headers["remote-name"] == "Olive %C3%96l"
    assert let_in.headers["remote-email"] == "olive@example.org"
    assert let_in.headers["remote-user"] == owner.user["id"]  # type: ignore[attr-defined]
    # The pass opens nothing here, and is no cookie of a sign-in.
    value = shown.partition("=")[2]
    name = next(c.name for c in owner.http.cookies.jar if c.name.startswith("mn_at"))
    for headers in ({"Cookie": shown}, {"Cookie": f"{name}={value}"}, {"Authorization": f"Bearer {value}"}):
        assert (await stranger.get("/users/me", headers=headers)).status_code == 401, "attack 8"
    access = {"Cookie": f"{shown.partition('=')[0]}={owner.token}"}
    assert (await stranger.get("/auth/verify", headers=access)).status_code == 401, "attack 8"
    signed_out = await owner.post("/auth/logout")
    assert any("mn_fwd" in c and "Max-Age=0" in c for c in signed_out.headers.get_list("set-cookie"))

    async def is_out() -> bool:
        return (await stranger.get("/auth/verify", headers=_from(Cookie=shown))).status_code == 303

    await eventually(is_out, within=AT_ONCE)


async def test_only_pages_are_redirected_and_nginx_is_told_where_to(behind: tuple[Door, Browser]) -> None:
    door, _ = behind
    stranger = await door.browser()
    for more in ({"Accept": "application/json"}, {"X-Forwarded-Method": "POST"}, {"Sec-Fetch-Mode": "cors"}):
        assert (await stranger.get("/auth/verify", headers=_from(**more))).status_code == 401
    elsewhere = await stranger.get("/auth/verify", headers=_from("https://evil.test/"))
    assert elsewhere.status_code == 401 and "location" not in elsewhere.headers
    nginx = {**PAGE, "X-Original-URL": SITE, "X-Original-Method": "GET"}
    told = await stranger.get("/auth/verify", headers=nginx)
    assert told.status_code == 401
    assert told.headers["location"] == f"http://{HOST}/api/v1/auth/forward?to={quote(SITE, safe='')}"
    nowhere = await stranger.get("/auth/forward", params={"to": "https://evil.test/"})
    assert nowhere.status_code == 400 and "evil" not in nowhere.text


async def test_106_what_a_client_says_about_itself_is_neither_believed_nor_passed_on(
    behind: tuple[Door, Browser],
) -> None:
    """oauth2-proxy CVE-2026-40575: a header of the client decided which address was asked for."""
    door, owner = behind
    spoofed = dict.fromkeys(("Remote-User", "Remote-Groups", "Remote-Email", "Remote-Name"), "olive")
    stranger = await door.browser()
    refused = await stranger.get("/auth/verify", headers=_from(Accept="*/*", **spoofed))
    assert refused.status_code == 401
    assert not [name for name in refused.headers if name.startswith("remote-")]
    paths = {
        "X-Forwarded-Uri": "/health",
        "X-Original-URL": f"http://{HOST}/health",
        "X-Forwarded-Method": "OPTIONS",
    }
    assert (await stranger.get("/auth/verify", headers=paths)).status_code == 401
    own = await owner.get("/auth/verify", headers=spoofed)
    assert own.status_code == 200 and own.headers.get_list("remote-groups") == ["owner"]
    assert "olive" not in (own.headers["remote-user"], own.headers["remote-name"])


async def test_106_forwarded_headers_of_a_stranger_lead_nowhere(sandbox: Sandbox) -> None:
    async with AsyncExitStack() as stack:
        door, _ = await _door(sandbox, stack)
        stranger = await door.browser()
        for headers in (_from(), {**PAGE, "X-Original-URL": SITE}):
            answer = await stranger.get("/auth/verify", headers=headers)
            assert answer.status_code == 401 and "location" not in answer.headers


async def test_a_client_that_knows_only_basic_shows_a_token_made_for_this(
    behind: tuple[Door, Browser],
) -> None:
    door, owner = behind
    client = await door.browser()

    async def token(*scopes: str) -> str:
        made = await owner.post("/auth/tokens", json={"name": ",".join(scopes), "scopes": scopes})
        return str(made.raise_for_status().json()["token"])

    def basic(password: str) -> dict[str, str]:
        return {"Authorization": "Basic " + base64.b64encode(f"whoever:{password}".encode()).decode()}

    good, other = await token("forward_auth"), await token("read", "admin")
    for headers in (basic(good), {"Authorization": f"Bearer {good}"}):
        answer = await client.get("/auth/verify", headers=headers)
        assert (answer.status_code, answer.headers["remote-groups"]) == (200, "owner")
    assert (await client.get("/auth/verify", headers=basic(other))).status_code == 403
    assert (await client.get("/users/me", headers=basic(good))).status_code == 401, "Basic is for this only"
    for wrong in (good[:-1], owner.token, "correct horse battery staple", ""):
        assert (await client.get("/auth/verify", headers=basic(wrong))).status_code == 401
    both = {**basic(good[:-1]), "Cookie": "; ".join(f"{c.name}={c.value}" for c in owner.http.cookies.jar)}
    assert (await client.get("/auth/verify", headers=both)).status_code == 401, "attack 13"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/",
        "https://radarr.home.test.evil.test/",
        "https://evilradarr.home.test/",
        "https://radarr.home.test@evil.test/",
        "https://evil.test\\@radarr.home.test/",
        "https://radarr.home.test:8443/",
        "http://radarr.home.test/",
        "//radarr.home.test/",
        "javascript://radarr.home.test/%0aalert(1)",
        "https://radarr.home.test/\r\nSet-Cookie: x=1",
        "https://radarr.home.test/ x",
        "https://radarr.home.test/\u202e",
        "https://apps.home.test/",
        "https://else.test/",
        "https://grafana.home.test/",
        "https:radarr.home.test",
        "",
    ],
)
def test_37_nobody_is_sent_to_a_site_that_is_not_allowed_or_would_not_see_the_pass(url: str) -> None:
    assert Sites(_settings()).accepted(url) is None


@pytest.mark.parametrize(
    "url, plain",
    [
        ("https://radarr.home.test", "https://radarr.home.test/"),
        ("HTTPS://Radarr.Home.TEST/A?b=%2F#c", "https://radarr.home.test/A?b=%2F#c"),
        ("https://a.b.apps.home.test/", "https://a.b.apps.home.test/"),
        ("https://grafana.home.test:3000/d", "https://grafana.home.test:3000/d"),
        (f"https://{HOST}/radarr", f"https://{HOST}/radarr"),
    ],
)
def test_allowed_sites_are_sent_back_to_in_one_plain_form(url: str, plain: str) -> None:
    assert Sites(_settings()).accepted(url) == plain


def test_without_a_common_domain_only_our_own_host_is_sent_back_to() -> None:
    sites = Sites(_settings(forward_auth_cookie_domain=""))
    assert sites.accepted("https://radarr.home.test/") is None
    assert sites.accepted(f"https://{HOST}/radarr/")


@pytest.mark.parametrize("domain", ["test", "evil.test", "est.home.test", "com", "deep.nest.home.test"])
def test_the_common_domain_must_be_one_that_we_lie_in(domain: str) -> None:
    with pytest.raises(ValueError, match="MEDIANEST_BASE_URL"):
        _settings(forward_auth_cookie_domain=domain)


@pytest.mark.parametrize("domains", ["https://radarr.home.test", "radarr.home.test/x", "*", "a b", "a,*.*.b"])
def test_a_site_that_could_never_be_met_is_told_at_the_start(domains: str) -> None:
    with pytest.raises(ValueError, match="must be hosts"):
        _settings(forward_auth_domains=domains)


def test_a_pass_is_good_for_an_hour_for_this_portal_and_this_domain() -> None:
    clock, keys = ManualClock(), KeyRing.generate()
    session, user = uuid7(), uuid7()
    passes = Passes(keys, _settings(), clock=clock)
    shown = passes.issue(session_id=session, user_id=user)
    assert passes.read(shown) == (session, user)
    other = shown.replace(user.hex, uuid7().hex)
    later = "9" * 10 + shown[10:]
    for wrong in (other, later, shown[:-1], shown + "0", shown.upper(), "", "a.b.c.d"):
        assert passes.read(wrong) is None
    for changed in ({"base_url": "https://other.home.test"}, {"forward_auth_cookie_domain": HOST}):
        assert Passes(keys, _settings(**changed), clock=clock).read(shown) is None
    clock.advance(PASS_LASTS.total_seconds())
    assert passes.read(shown) is None


@pytest.mark.parametrize(
    "name", ["Zoë\r\nRemote-Groups: owner", "a\x00b", "名前", "100%", "\u2028", "a, b; c"]
)
def test_no_name_can_become_a_header_of_its_own(name: str) -> None:
    vouched = Vouched(
        user_id=uuid7(),
        session_id=uuid7(),
        role=Role.USER,
        name=name,
        email="ü@example.org",
        auth_time=ManualClock().now(),
        expires_at=ManualClock().now(),
    )
    for choice in ("id", "email", "name"):
        headers = remote_headers(vouched, _settings(forward_auth_user=choice))
        assert all(value.isascii() and value.isprintable() for value in headers.values())
    assert remote_headers(vouched, _settings())["Remote-User"] == str(vouched.user_id)


def test_an_address_is_told_only_in_full() -> None:
    assert original_of({"x-forwarded-host": "radarr.home.test"}) is None
    assert original_of({"x-forwarded-uri": "/"}) is None
    found = original_of(
        {"x-original-url": "https://a.test/", "accept": "text/html", "x-original-method": "POST"}
    )
    assert found and found.by_nginx and not found.is_page
