"""Unsafe requests of browsers come from our own pages, or not at all."""

import pytest

from libs.common.tests.web.portal import API, ORIGIN, MakePortal, Portal

FILM = {"title": "Arrival"}


@pytest.fixture
def signed_in(portal: Portal) -> Portal:
    portal.sign_in("good")
    portal.sign_in("other")
    return portal


async def test_31_the_token_of_this_session_passes(signed_in: Portal) -> None:
    async with signed_in.browser("good") as client:
        assert (await client.post(f"{API}/films", json=FILM)).status_code == 201


@pytest.mark.parametrize(
    "made", ["none", "other session", "before sign-in", "truncated", "forged", "header only"]
)
async def test_31_any_other_token_is_403(signed_in: Portal, made: str) -> None:
    """Attack 31."""
    session = str(signed_in.tokens["good"].session_id)
    own = signed_in.csrf.issue(binding=session)
    token = {
        "none": "",
        "other session": signed_in.csrf.issue(binding=str(signed_in.tokens["other"].session_id)),
        "before sign-in": signed_in.csrf.issue(binding="a-browser-before-sign-in"),
        "truncated": own[:-1],
        "forged": own.partition(".")[0] + "." + "0" * 64,
        "header only": own,
    }[made]
    cookies = f"mn_at=good; mn_csrf={token}" if made != "header only" else "mn_at=good"
    async with signed_in.client(headers={"cookie": cookies, "x-csrf-token": token}) as client:
        answer = await client.post(f"{API}/films", json=FILM)
    assert answer.status_code == 403
    assert answer.json()["code"] in ("CSRF_MISSING", "CSRF_INVALID")
    assert signed_in.created == []


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Sec-Fetch-Site": "none"}, 201),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": f"{ORIGIN}:8080"}, 403),
        ({"Origin": f"{ORIGIN}.evil.example"}, 403),
        ({"Origin": ORIGIN}, 201),
        ({}, 201),
    ],
)
async def test_32_the_browser_s_own_word_comes_first(
    signed_in: Portal, headers: dict[str, str], status: int
) -> None:
    """Attack 32: refused even with a valid token."""
    async with signed_in.browser("good") as client:
        answer = await client.post(f"{API}/films", json=FILM, headers=headers)
    assert answer.status_code == status


async def test_34_signing_in_needs_the_token_of_this_browser(portal: Portal) -> None:
    async with portal.browser() as browser:
        assert (await browser.post(f"{API}/auth/login")).status_code == 200
        foreign = await browser.post(f"{API}/auth/login", headers={"Sec-Fetch-Site": "cross-site"})
    async with portal.client() as nobody:
        missing = await nobody.post(f"{API}/auth/login")
    assert foreign.status_code == missing.status_code == 403


async def test_a_bearer_needs_no_token(signed_in: Portal) -> None:
    async with signed_in.client(
        headers={"Authorization": "Bearer good", "Origin": "https://evil.example"}
    ) as client:
        assert (await client.post(f"{API}/films", json=FILM)).status_code == 201


async def test_a_webhook_needs_no_token(portal: Portal) -> None:
    async with portal.client(headers={"Origin": "https://evil.example"}) as client:
        assert (await client.post(f"{API}/webhooks/overseerr", content=b"x")).status_code == 202


async def test_under_a_base_path_the_same_is_asked(make: MakePortal) -> None:
    portal = make(base_path="/nest")
    async with portal.client() as client:
        for prefix in ("", "/nest"):
            assert (await client.post(f"{prefix}{API}/auth/login")).status_code == 403
            assert (await client.post(f"{prefix}{API}/webhooks/overseerr", content=b"x")).status_code == 202
            assert (await client.get(f"{prefix}/health")).status_code == 200
            assert (await client.get(f"{prefix}{API}/films/7")).json() == {"id": 7}
