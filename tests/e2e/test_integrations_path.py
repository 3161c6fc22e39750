"""Administrators set what the portal works with, over HTTP, with the whole product, and need no restart."""

from pathlib import Path
from typing import Any

import httpx

from medianest.testing import eventually
from medianest_common.contracts.integrations import IntegrationKind
from medianest_common.testing.fake_overseerr import FakeOverseerr
from tests.world import Person, World, world

FILM = 603


async def put(person: Person, kind: str, **body: Any) -> httpx.Response:
    headers = {"X-CSRF-Token": person.csrf}
    return await person.http.put(f"/api/v1/admin/services/{kind}", json=body, headers=headers)


async def listed(person: Person, kind: str = "overseerr") -> dict[str, Any]:
    """Once whoever has it has answered in time."""

    async def found() -> dict[str, Any] | None:
        items = (await person.get("/admin/services")).raise_for_status().json()["items"]
        return next((each for each in items if each["kind"] == kind), None)

    return await eventually(found)


async def monitor_is(person: Person, name: str, status: str) -> None:
    async def so() -> bool:
        items = (await person.get("/services/status")).raise_for_status().json()["items"]
        found = {each["name"]: each for each in items}
        # Somebody wants to know now; the next round would be long in coming.
        if name in found and found[name]["status"] != status:
            await person.post(f"/admin/monitors/{found[name]['id']}/check")
        assert found.get(name, {}).get("status") == status, found.get(name)
        return True

    await eventually(so, within=90)


async def test_integrations_from_the_first_look_to_the_next_restart(tmp_path: Path) -> None:
    async with (
        world(tmp_path / "data", started=False, overseerr_url="", overseerr_api_key="") as house,
        FakeOverseerr.start() as second,
    ):
        house.overseerr.add_movie(FILM, "The Matrix", 1999)
        second.add_movie(FILM, "The Matrix", 1999)
        await house.product.start()
        olive = await house.owner()
        await _everything_is_listed(olive)
        await _first_server(house, olive)
        frida = await house.friend()
        asked = await frida.post("/media/request", {"mediaType": "movie", "tmdbId": FILM})
        assert asked.status_code == 201
        await _arrives(house.overseerr)
        assert (await frida.get("/admin/services")).status_code == 403
        assert (await put(frida, "overseerr", url="http://x", version=0)).status_code == 403

        *_, known = house.overseerr.state.users.values()
        second.add_user(plex_id=known.plex_id, email="frida@example.org", username="Frida")
        moved = await put(olive, "overseerr", url=second.url, secret=second.api_key, version=1)
        assert (moved.status_code, moved.json()["version"]) == (200, 2)
        await _arrives(second)
        await put(olive, "overseerr", url=second.url, secret="not-the-key", version=2)
        await monitor_is(olive, "Overseerr", "auth")
        await put(olive, "overseerr", url=second.url, secret=second.api_key, version=3)
        await house.product.stop()
        await house.product.start()
        await olive.arrive()
        kept = await listed(olive)
        assert (kept["source"], kept["url"], kept["version"]) == ("portal", second.url, 4)
        await _audited(olive)
        back = await olive.delete("/admin/services/overseerr?version=4")
        assert (back.status_code, back.json()["source"], back.json()["configured"]) == (200, "none", False)
        log = house.product.log.read_text(errors="replace")
        assert not any(key in log for key in (house.overseerr.api_key, second.api_key, "not-the-key"))


async def _everything_is_listed(olive: Person) -> None:
    async def complete() -> dict[str, Any]:
        whole: dict[str, Any] = (await olive.get("/admin/services")).raise_for_status().json()
        assert whole["unavailable"] == []
        return whole

    whole = await eventually(complete)
    assert [each["kind"] for each in whole["items"]] == [kind.value for kind in IntegrationKind]
    sources = {each["kind"]: each["source"] for each in whole["items"]}
    assert (sources["plex"], sources["overseerr"], sources["smtp"]) == ("settings", "none", "none")
    assert not any("secret" in each for each in whole["items"])


async def _first_server(house: World, olive: Person) -> None:
    url, key = house.overseerr.url, house.overseerr.api_key
    for given, outcome in ((key, "ok"), ("not-the-key", "key_refused")):
        tried = await olive.post("/admin/services/overseerr/test", {"url": url, "secret": given})
        assert (tried.status_code, tried.json()["outcome"]) == (200, outcome), tried.text
    answer = await put(olive, "overseerr", url=url, secret=key, version=0)
    assert answer.status_code == 200 and key not in answer.text
    assert (answer.json()["source"], answer.json()["secretSet"]) == ("portal", True)
    late = await put(olive, "overseerr", url=url, secret=key, version=0)
    assert (late.status_code, late.json()["code"]) == (409, "INTEGRATION_OUTDATED")
    elsewhere = await put(olive, "overseerr", url="http://10.0.0.9:5055", version=1)
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["field"]) == (422, "secret")
    stored = await olive.post("/admin/services/overseerr/test", {})
    assert stored.json()["outcome"] == "ok"


async def _arrives(overseerr: FakeOverseerr) -> None:
    async def once() -> bool:
        return [row.media.tmdb_id for row in overseerr.requests] == [FILM]

    await eventually(once, within=90)


async def _audited(olive: Person) -> None:
    async def written() -> bool:
        page = (await olive.get("/admin/audit", params={"action": "integration_change"})).json()["items"]
        assert [each["target"] for each in page] == ["integration:overseerr"] * 4
        assert {each["actor"]["id"] for each in page if each["actor"]} == {olive.user["id"]}
        return True

    await eventually(written)
