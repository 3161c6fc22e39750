"""The auth service is away: who is signed in stays so, by the last good set of keys."""

from medianest import registry
from medianest.testing import eventually
from medianest_auth.service import SERVICE as AUTH
from medianest_gateway.service import SERVICE as GATEWAY
from services.gateway.tests.conftest import Door


async def test_tokens_are_checked_by_the_last_good_keys_while_the_auth_service_is_away(door: Door) -> None:
    browser = await door.owner()
    again = await door.browser()
    assert (await again.sign_in()).status_code == 200
    published = (await browser.http.get("/.well-known/jwks.json")).json()
    assert len(published["keys"]) == 2

    await door.sandbox.stop("auth")
    seen_before, never_seen = await browser.get("/notifications"), await again.get("/notifications")
    assert (seen_before.status_code, never_seen.status_code) == (200, 200)
    unknown = await browser.get("/notifications", headers={"Authorization": "Bearer a.b.c"})
    assert unknown.status_code == 401
    assert (await browser.http.get("/.well-known/jwks.json")).status_code == 503

    await door.sandbox.start(AUTH)
    assert (await browser.http.get("/.well-known/jwks.json")).json() == published
    assert (await browser.get("/auth/session")).status_code == 200


async def test_a_portal_that_says_it_is_ready_lets_in_who_is_signed_in_however_early_they_came(
    door: Door,
) -> None:
    browser = await door.owner()
    bearer = {"Authorization": f"Bearer {browser.token}"}
    await door.sandbox.start(*registry.services(["media", "plex", "youtube", "health"]))
    await door.sandbox.stop("gateway")
    await door.sandbox.stop("auth")
    await door.sandbox.start(GATEWAY)
    assert (await browser.get("/auth/session", headers=bearer)).status_code == 503
    assert (await browser.http.get("/health/ready")).status_code == 503

    async def is_ready() -> bool:
        return (await browser.http.get("/health/ready")).status_code == 200

    await door.sandbox.start(AUTH)
    await eventually(is_ready, within=60)
    assert (await browser.get("/auth/session", headers=bearer)).status_code == 200
