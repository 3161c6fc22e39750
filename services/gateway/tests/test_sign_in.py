"""Cookies, CSRF and tokens at the door. Numbers are those of the auth design's list of attacks."""

import asyncio

import pytest

from medianest.testing import AT_ONCE, eventually
from services.gateway.tests.conftest import OWNER, SETUP_TOKEN, WEBHOOK_SECRET, Door
from services.notifications.tests.channels_of import sql


async def test_cookies_are_out_of_reach_of_scripts_and_the_refresh_token_is_nowhere_else(door: Door) -> None:
    browser = await door.browser()
    await browser.arrive()
    body = OWNER | {"setupToken": SETUP_TOKEN, "name": "Olive"}
    answer = await browser.post("/auth/setup", json=body)
    set_cookies = answer.headers.get_list("set-cookie")
    for name in ("mn_at", "mn_rt", "mn_dev"):
        cookie = next(c for c in set_cookies if c.startswith(name))
        assert "HttpOnly" in cookie and "Path=/" in cookie
    assert "SameSite=strict" in next(c for c in set_cookies if c.startswith("mn_rt"))
    assert browser.cookie("mn_rt") not in answer.text
    assert answer.headers["cache-control"] == "private, no-store"


async def test_a_native_client_gets_the_refresh_token_in_the_body_and_no_cookies(door: Door) -> None:
    await door.owner()
    native = await door.browser()
    await native.arrive()
    answer = await native.post("/auth/login", json=OWNER, headers={"X-MediaNest-Client": "native"})
    assert answer.json()["refreshToken"].startswith("mnr_")
    assert "set-cookie" not in answer.headers


async def test_attack_53_twenty_set_ups_at_once_make_one_owner(door: Door) -> None:
    browsers = [await door.browser() for _ in range(20)]
    await asyncio.gather(*(browser.arrive() for browser in browsers))
    answers = await asyncio.gather(
        *(
            browser.post(
                "/auth/setup",
                json={**OWNER, "email": f"u{n}@example.org", "setupToken": SETUP_TOKEN, "name": "O"},
            )
            for n, browser in enumerate(browsers)
        )
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409, 503, 504}
    # Whoever is told too late that it was done sees a 504.
    assert statuses.count(201) == 1 or (201 not in statuses and 504 in statuses)
    accounts = await eventually(lambda: sql(door.sandbox, "select role from auth.users"))
    assert [account["role"] for account in accounts] == ["owner"]


async def test_attack_31_a_post_without_its_token_or_with_another_ones_is_refused(door: Door) -> None:
    browser = await door.owner()
    other = await door.browser()
    await other.arrive()
    for wrong in ("", other.csrf, browser.csrf[:-2], "x" * 300):
        answer = await browser.post("/auth/logout", headers={"X-CSRF-Token": wrong})
        assert (answer.status_code, answer.json()["code"][:4]) == (403, "CSRF"), wrong
    assert (await browser.get("/auth/session")).status_code == 200
    assert (await browser.post("/auth/logout")).status_code == 204


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
    ],
)
async def test_attack_32_a_page_of_another_site_is_refused_even_with_a_token(
    door: Door, headers: dict[str, str]
) -> None:
    browser = await door.owner()
    answer = await browser.post("/auth/logout", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "ORIGIN_REFUSED")


async def test_attack_34_nobody_is_signed_in_by_a_page_of_another_site(door: Door) -> None:
    await door.owner()
    victim = await door.browser()
    answer = await victim.post("/auth/login", json=OWNER)
    assert (answer.status_code, answer.json()["code"]) == (403, "CSRF_MISSING")


async def test_attack_13_a_bearer_wins_and_a_bad_one_never_falls_back(door: Door) -> None:
    browser = await door.owner()
    assert (await browser.get("/auth/session")).status_code == 200
    bad = await browser.get("/auth/session", headers={"Authorization": "Bearer nonsense"})
    assert (bad.status_code, bad.json()["code"]) == (401, "INVALID_TOKEN")
    basic = await browser.get("/auth/session", headers={"Authorization": "Basic eDp5"})
    assert basic.status_code == 401
    two = await browser.http.get(
        "/api/v1/auth/session",
        headers=[("Authorization", f"Bearer {browser.token}"), ("Authorization", f"Bearer {browser.token}")],
    )
    assert two.status_code == 400


async def test_a_bearer_needs_no_csrf_token(door: Door) -> None:
    owner = await door.owner()
    native = await door.browser()
    answer = await native.post("/auth/logout", headers={"Authorization": f"Bearer {owner.token}"})
    assert answer.status_code == 204


async def test_refreshing_gives_new_tokens_and_the_old_one_is_then_a_theft(door: Door) -> None:
    browser = await door.owner()
    old = browser.cookie("mn_rt")
    answer = await browser.post("/auth/refresh")
    assert answer.status_code == 200 and browser.cookie("mn_rt") != old
    browser.csrf = answer.json()["csrfToken"]
    assert (await browser.get("/auth/session")).status_code == 200


async def test_an_unknown_refresh_token_is_401_and_takes_the_cookies_away(door: Door) -> None:
    browser = await door.browser()
    await browser.arrive()
    answer = await browser.post("/auth/refresh", json={"refreshToken": "mnr_" + "a" * 43})
    assert answer.status_code == 401
    assert any("Max-Age=0" in cookie for cookie in answer.headers.get_list("set-cookie"))


async def test_attack_21_logging_out_is_felt_with_every_token_within_a_second(door: Door) -> None:
    browser = await door.owner()
    bearer = {"Authorization": f"Bearer {browser.token}"}
    other = await door.browser()
    await other.sign_in()
    assert (await browser.post("/auth/logout")).status_code == 204
    deadline = asyncio.get_running_loop().time() + AT_ONCE
    stranger = await door.browser()
    while (await stranger.get("/auth/session", headers=bearer)).status_code != 401:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.02)
    assert (await other.get("/auth/session")).status_code == 200, "the other device lives on"


async def test_attack_25_another_persons_session_is_not_there(door: Door) -> None:
    browser = await door.owner()
    answer = await browser.send("DELETE", "/auth/devices/01a212e7-c8db-7017-b87c-5f99d35ba19b")
    assert answer.status_code == 404


async def test_attack_33_only_json_is_taken(door: Door) -> None:
    browser = await door.owner()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = await browser.post(
            "/auth/logout", content=b'{"allSessions": true}', headers={"Content-Type": kind}
        )
        assert (answer.status_code, answer.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_attack_76_fields_nobody_asked_for_are_refused_and_not_repeated(door: Door) -> None:
    browser = await door.browser()
    await browser.arrive()
    answer = await browser.post("/auth/login", json=OWNER | {"role": "<script>owner</script>"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "role"
    assert "<script>" not in answer.text and OWNER["password"] not in answer.text


async def test_pages_of_one_browser_share_a_csrf_token_until_one_asks_for_another(door: Door) -> None:
    browser, other = await door.browser(), await door.browser()
    await browser.arrive()
    first = browser.csrf
    await browser.arrive()
    assert browser.csrf == first
    assert (await browser.post("/csrf/refresh")).json()["token"] != first

    await other.arrive()
    mixed = {"mn_csrf": other.csrf, "mn_pre": browser.cookie("mn_pre")}
    sent = "; ".join(f"{name}={value}" for name, value in mixed.items())
    answer = await browser.get("/csrf", headers={"Cookie": sent})
    assert answer.json()["token"] != other.csrf, "that of another browser is worth nothing here"


async def test_attack_39_another_host_is_not_us(door: Door) -> None:
    browser = await door.browser()
    for host in ("evil.example", "localhost.evil.example", "localhost:80@evil.example"):
        answer = await browser.get("/csrf", headers={"Host": host})
        assert answer.status_code == 421
    forwarded = await browser.get("/csrf", headers={"X-Forwarded-Host": "evil.example"})
    assert forwarded.status_code == 200


async def test_the_webhook_is_on_the_bus_when_it_is_answered(door: Door) -> None:
    """No media service runs here, so what was taken must be lying in its queue."""
    browser = await door.browser()
    answer = await browser.http.post(
        "/api/v1/webhooks/overseerr", json={"a": 1}, headers={"Authorization": WEBHOOK_SECRET}
    )
    assert answer.status_code == 202
    assert (await door.sandbox.bus.js.stream_info("JOB_MEDIA")).state.messages == 1
    for wrong in (None, WEBHOOK_SECRET[:-1], f"Bearer {WEBHOOK_SECRET}"):
        headers = {"Authorization": wrong} if wrong else {}
        refused = await browser.http.post("/api/v1/webhooks/overseerr", json={}, headers=headers)
        assert refused.status_code == 401
