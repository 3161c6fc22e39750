"""What administrators see of the inside, over HTTP, with the whole product."""

from pathlib import Path
from typing import Any

from medianest.testing import eventually
from medianest_common.lifecycle import SERVICES
from tests.world import Person, world


async def test_breakers_are_seen_and_reset_and_what_happened_is_written_down(tmp_path: Path) -> None:
    away = "http://127.0.0.1:9"
    async with world(tmp_path / "data", overseerr_url=away) as house:
        olive = await house.owner()

        async def all_there() -> dict[str, Any]:
            details: dict[str, Any] = (await olive.get("/health/details")).raise_for_status().json()
            assert [len(each["replicas"]) for each in details["services"]] == [1] * len(SERVICES)
            return details

        details = await eventually(all_there)
        assert [each["service"] for each in details["services"]] == list(SERVICES)
        for service in details["services"]:
            [replica] = service["replicas"]
            assert replica["uptimeSeconds"] > 0 and replica["version"], service
            assert (replica["pool"] is None) == (service["service"] == "gateway")
        assert {"EVT_MEDIA", "JOB_HEALTH", "DLQ"} <= {each["name"] for each in details["streams"]}

        async def is_open() -> dict[str, Any] | None:
            await olive.get("/media/search", params={"query": "matrix"})
            return next((each for each in await _breakers(olive) if each["state"] == "open"), None)

        seen = await eventually(is_open)
        assert (seen["service"], seen["address"], seen["threshold"]) == ("media", away, 5)
        assert seen["failures"] >= 5 and seen["retryAfter"] > 0 and seen["openedAt"]

        asked = {"service": "media", "system": seen["system"], "instance": seen["instance"]}
        reset = (await olive.post("/admin/resilience/breakers/reset", asked)).raise_for_status().json()
        assert (reset["matched"], reset["reset"]) == (1, 1)
        [now] = [
            each
            for each in await _breakers(olive)
            if (each["service"], each["system"]) == ("media", seen["system"])
        ]
        # What the service asks by its own clock may have failed since.
        assert now["state"] == "closed" and now["failures"] < seen["threshold"]
        nowhere = await olive.post("/admin/resilience/breakers/reset", {"service": "nobody.>"})
        assert nowhere.json() == {"matched": 0, "reset": 0, "silent": []}

        async def written() -> bool:
            page = (await olive.get("/admin/recoveries", params={"service": "media"})).json()["items"]
            told = [(each["kind"], each["about"]) for each in page]
            assert ("breaker_opened", seen["system"]) in told
            assert ("breaker_reset", seen["system"]) in told
            return True

        await eventually(written)
        await _pages(olive)


async def _breakers(person: Person) -> list[dict[str, Any]]:
    """Once everybody has answered in time."""

    async def complete() -> dict[str, Any]:
        view: dict[str, Any] = (await person.get("/admin/resilience")).raise_for_status().json()
        assert view["silent"] == []
        return view

    breakers: list[dict[str, Any]] = (await eventually(complete))["breakers"]
    return breakers


async def _pages(person: Person) -> None:
    """One by one is the same as all at once."""
    whole = (await person.get("/admin/recoveries", params={"limit": 100})).json()["items"]
    assert len(whole) >= 2
    found, cursor = [], None
    while True:
        params = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = (await person.get("/admin/recoveries", params=params)).raise_for_status().json()
        found += page["items"]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert found[-len(whole) :] == whole
    only = (await person.get("/admin/recoveries", params={"kind": "breaker_reset"})).json()["items"]
    assert {each["kind"] for each in only} == {"breaker_reset"}
