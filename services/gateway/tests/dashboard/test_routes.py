"""The dashboard over HTTP."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel

from medianest.testing import eventually
from medianest_common.contracts.gateway import EraseUserData
from medianest_common.contracts.plex.access import LibraryAccessChanged
from medianest_gateway.dashboard import examples
from medianest_gateway.dashboard.views import (
    AdminStats,
    DashboardNotifications,
    DashboardStats,
    DashboardStatus,
)
from services.gateway.tests.conftest import Door

PAGES: dict[str, tuple[type[BaseModel], dict[str, Any]]] = {
    "/dashboard/stats": (DashboardStats, examples.STATS),
    "/dashboard/status": (DashboardStatus, examples.STATUS),
    "/dashboard/notifications": (DashboardNotifications, examples.NOTIFICATIONS),
}


def test_the_examples_are_what_is_promised() -> None:
    for model, example in PAGES.values():
        assert model.model_validate(example).model_dump(mode="json") == example


async def test_with_most_of_the_product_away_everything_is_answered_part_by_part(door: Door) -> None:
    olive = await door.owner()
    for path, (model, _) in PAGES.items():
        answer = await olive.get(path)
        assert answer.status_code == 200, answer.text
        assert model.model_validate(answer.json()).model_dump(mode="json") == answer.json()
    stats = (await olive.get("/dashboard/stats")).json()
    assert stats["requests"] == {"state": "unavailable", "asOf": None, "data": None}
    assert stats["household"]["queue"]["state"] == "unavailable"

    async def inbox_is_there() -> bool:
        shown = (await olive.get("/dashboard/notifications")).json()
        return bool(shown["inbox"]["state"] == shown["latest"]["state"] == "fresh")

    await eventually(inbox_is_there)

    async def figures_are_there() -> bool:
        shown = (await olive.get("/admin/stats")).raise_for_status().json()
        assert AdminStats.model_validate(shown).model_dump(mode="json") == shown
        assert shown["requests"]["state"] == shown["errors"]["state"] == "unavailable"
        return bool(shown["users"]["state"] == shown["deliveries"]["state"] == "fresh")

    await eventually(figures_are_there)
    stranger = await door.browser()
    for path in (*PAGES, "/admin/stats"):
        assert (await stranger.get(path)).status_code == 401


async def test_what_says_the_same_is_not_sent_again(door: Door) -> None:
    olive = await door.owner()
    first = await olive.get("/dashboard/status")
    assert first.headers["etag"].startswith('W/"')
    again = await olive.get("/dashboard/status", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


async def test_what_happens_to_somebody_takes_away_what_was_kept_of_them(door: Door) -> None:
    olive = await door.owner()
    user_id = UUID((await olive.get("/users/me")).json()["id"])
    key = f"dashboard:{user_id}"

    async def is_kept() -> bool:
        await olive.get("/dashboard/notifications")
        return bool(await door.valkey.exists(key))

    async def is_gone() -> bool:
        return not await door.valkey.exists(key)

    await eventually(is_kept)
    assert (await olive.send("PATCH", "/users/me", json={"name": "Olivia"})).status_code == 200
    await eventually(is_gone)
    await eventually(is_kept)
    at = door.sandbox.clock.now()
    await door.sandbox.emit(
        LibraryAccessChanged(user_id=user_id, machine_identifier="m", library_keys=["1"], at=at)
    )
    await eventually(is_gone)
    await eventually(is_kept)
    await door.sandbox.bus.enqueue_now(EraseUserData(user_id=user_id))
    await eventually(is_gone)
