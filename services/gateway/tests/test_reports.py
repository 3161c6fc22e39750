"""Reports of people who use request managers, by their numbers: what went wrong at the door there and must not here."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest

from medianest import registry
from medianest.testing import Sandbox, free_port
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_overseerr.webhooks import DEFAULT_TEMPLATE
from medianest_common.testing.live_client import LiveClient
from medianest_gateway.cookies import Cookies
from medianest_gateway.settings import GatewaySettings
from services.gateway.tests.conftest import SETUP_TOKEN, WEBHOOK_SECRET, Door


@pytest.fixture
async def below(sandbox: Sandbox) -> AsyncIterator[Door]:
    """A gateway that lives under a path, behind a proxy that passes the path on."""
    port = free_port()
    base = f"http://localhost:{port}/nest"
    await sandbox.start(
        *registry.services(["auth", "notifications", "gateway"]),
        port=port,
        base_url=base,
        setup_token=SETUP_TOKEN,
        rate_limit_scale=100,
    )
    async with AsyncExitStack() as stack:
        yield Door(base, sandbox, stack)


async def test_report_32_the_test_call_of_overseerr_arrives_with_its_own_template(door: Door) -> None:
    """home-assistant#173399: what the set-up sent was not what arrived."""
    async with (
        FakeOverseerr.start(flavour="seerr") as overseerr,
        httpx.AsyncClient(headers={"X-Api-Key": overseerr.api_key}, timeout=20) as administrator,
    ):
        for secret, status in ((WEBHOOK_SECRET, 204), ("another", 500)):
            options = {
                "webhookUrl": f"{door.url}/api/v1/webhooks/overseerr",
                "authHeader": secret,
                "jsonPayload": json.dumps(
                    json.dumps(DEFAULT_TEMPLATE)
                ),  # once is taken, and fails when it is sent
            }
            answer = await administrator.post(
                f"{overseerr.url}/api/v1/settings/notifications/webhook/test",
                json={"enabled": True, "types": 2, "options": options},
            )
            assert answer.status_code == status, answer.text
    assert (await door.sandbox.bus.js.stream_info("JOB_MEDIA")).state.messages == 1


async def test_report_36_a_sign_in_that_fails_says_why_and_how_to_name_it(door: Door) -> None:
    """O#4252: 401 and the page of the sign-in again, without a word."""
    browser = await door.browser()
    await browser.arrive()
    answer = await browser.post("/auth/login", json={"email": "nobody@example.org", "password": "x" * 12})
    problem = answer.json()
    assert answer.status_code == 401 and problem["code"] and problem["detail"]
    assert problem["correlationId"] == answer.headers["x-correlation-id"]
    assert (await door.owner()).token, "the next try is not spoilt by it"


def test_report_41_two_installations_on_one_host_keep_their_cookies_apart() -> None:
    """O#2503: browsers share cookies between ports, and each signed the other out."""
    kinds = ("access", "refresh", "pre_login", "device", "csrf", "forward")
    bases = ("http://nas:8585", "http://nas:8586", "http://nas:8585/nest")
    all_cookies = [Cookies(GatewaySettings(base_url=base)) for base in bases]
    names = [getattr(cookies, kind) for cookies in all_cookies for kind in kinds]
    assert len(set(names)) == len(names)


async def test_report_42_nothing_that_concerns_a_person_is_kept_by_a_cache(door: Door) -> None:
    """O#4000: behind a proxy that kept answers people saw each other's data."""
    owner = await door.owner()
    for path in (
        "/auth/session",
        "/auth/sessions",
        "/notifications",
        "/notifications/count",
        "/media/requests",
    ):
        answer = await owner.get(path)
        assert answer.headers["cache-control"] == "private, no-store", path
        assert {"Cookie", "Authorization"} <= set(answer.headers["vary"].split(", ")), path


async def test_report_44_all_of_it_works_under_a_path(below: Door) -> None:
    """O#274: under a path nothing was found, live connections least of all."""
    owner = await below.owner()
    assert (await owner.get("/auth/session")).json()["user"]["name"] == "Olive"
    document = (await owner.get("/openapi.json")).json()
    assert document["servers"] == [{"url": "/nest"}]
    origin = below.url.removesuffix("/nest")
    socket_url = f"{below.url.replace('http', 'ws', 1)}/api/v1/ws"
    async with LiveClient(socket_url, token=owner.token, origin=origin) as live:
        assert live.welcomes


async def test_report_45_a_stranger_does_not_say_under_which_address_we_are(door: Door) -> None:
    """B#3113: a scheme and a host that anybody may send led sign-ins astray or round in a ring."""
    browser = await door.owner()
    said = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/evil"}
    answer = await browser.get("/auth/session", headers=said | {"Forwarded": "host=evil.example;proto=https"})
    assert answer.status_code == 200
    assert "evil" not in answer.text + str(answer.headers)
    assert "strict-transport-security" not in answer.headers
