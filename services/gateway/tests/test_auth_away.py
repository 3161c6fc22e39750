"""The auth service is away: who is signed in stays so, by the last good set of keys."""

from medianest_auth.service import SERVICE as AUTH
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
