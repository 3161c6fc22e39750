"""What is asked of every screen, dark and light, as wide as a phone and as a desktop, in the longer language."""

from collections.abc import Mapping
from string import Formatter
from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Page, ViewportSize

from tests.browser.examining import arrived, axe, in_scheme, plain_faults, too_wide
from tests.browser.house import House
from tests.browser.lived_in import live_in
from tests.browser.screens import Route, found_in, routes
from tests.browser.visits import DESKTOP, Visits
from tests.world import Person

_NARROW: ViewportSize = {"width": 320, "height": 640}
_ROUTES = routes()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def runs_it(house: House) -> Person:
    admin = await house.admin("Annika")
    await live_in(house, admin=admin, friend=await house.friend("Fritzi"))
    return admin


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def found(runs_it: Person) -> Mapping[str, str]:
    async def ask(path: str, /, **query: str | int) -> Any:
        return (await runs_it.get(path, params=query)).raise_for_status().json()

    return await found_in(ask)


def test_there_are_screens_for_everybody() -> None:
    assert {route.who for route in _ROUTES} == {"nobody", "family", "admin"}


@pytest.mark.parametrize("route", _ROUTES, ids=[route.path for route in _ROUTES])
async def test_screen(
    house: House, visitor: Visits, runs_it: Person, found: Mapping[str, str], route: Route
) -> None:
    faults: list[str] = []
    for place in route.places:
        if missing := [name for _, name, _, _ in Formatter().parse(place) if name and name not in found]:
            pytest.skip(f"this household has no {missing[0]}")
        path = place.format_map(found)
        person = None if route.who == "nobody" else await house.admin_again(runs_it)
        page = await visitor(person, phone=True, dark=True, language="de")
        await page.goto(path)
        seen = await _seen(page, "light")
        await page.set_viewport_size(_NARROW)
        seen += [f"wider than a small phone: {each}" for each in await too_wide(page)]
        await page.set_viewport_size(DESKTOP)
        seen += await _seen(page, "dark")
        seen += [f"wider than a desktop: {each}" for each in await too_wide(page)]
        faults += [f"{path}: {each}" for each in dict.fromkeys(seen)]
        await page.context.close()
        if person:
            (await person.post("/auth/logout", {"allSessions": False})).raise_for_status()
    assert not faults, "\n".join(faults)


async def _seen(page: Page, other: Literal["light", "dark"]) -> list[str]:
    """In the colours it has, and then in the other ones."""
    await arrived(page)
    seen = await plain_faults(page) + await axe(page)
    await in_scheme(page, other)
    return seen + await axe(page, rules=["color-contrast"])
