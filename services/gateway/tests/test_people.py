"""Leaving and taking along at the door, while some services are away."""

from typing import Any

from medianest import registry
from medianest.testing import eventually
from services.gateway.tests.conftest import Browser, Door


async def _newcomer(door: Door, owner: Browser, name: str) -> Browser:
    invited = (await owner.post("/auth/invites", json={})).raise_for_status().json()
    browser = await door.browser()
    await browser.arrive()
    who = {
        "token": invited["url"].partition("#token=")[2],
        "name": name,
        "email": f"{name}@example.org",
        "password": "eleven quiet lighthouses",
    }
    came = (await browser.post("/auth/invites/accept", json=who)).raise_for_status().json()
    browser.csrf, browser.token = came["csrfToken"], came["accessToken"]
    return browser


async def test_attack_107_a_service_that_was_away_erases_when_it_is_back(door: Door) -> None:
    away = ["media", "plex", "youtube", "health"]
    await door.sandbox.start(*registry.services(away))
    for name in away:
        await door.sandbox.stop(name)
    owner = await door.owner()
    frida = await _newcomer(door, owner, "frida")
    me = (await frida.get("/users/me")).json()

    # What is held by those who answer is there, and who does not is named.
    export = (await frida.get("/users/me/export")).json()
    assert export["incomplete"] == ["health", "media", "plex", "youtube"]
    assert (
        export["parts"]["auth"]["complete"]
        and export["parts"]["auth"]["tables"]["users"][0]["name"] == "frida"
    )

    # The gateway itself keeps answers for a day, in case they are asked for twice.
    slot = f"idempotency:{me['id'].replace('-', '')}:probe"
    valkey = door.valkey
    await valkey.set(slot, "an answer that names frida")

    gone = await frida.send("DELETE", "/users/me", json={"confirm": "frida"})
    assert gone.status_code == 204

    async def erasure() -> dict[str, Any]:
        found: dict[str, Any] = (await owner.get(f"/admin/erasures/{me['id']}")).json()
        return {part["service"]: part["doneAt"] for part in found["services"]}

    async def those_here() -> bool:
        return {name for name, at in (await erasure()).items() if at} == {"auth", "gateway", "notifications"}

    await eventually(those_here)
    assert await valkey.get(slot) is None

    await door.sandbox.start(*registry.services(away))

    async def all_of_them() -> bool:
        return all((await erasure()).values())

    await eventually(all_of_them, within=60)
