"""What the page costs whoever opens it for the first time."""

import gzip
import re
from typing import Any

import pytest
from playwright.async_api import Page, Response, expect

from tests.browser.examining import arrived
from tests.browser.house import House
from tests.browser.visits import Visits

_SCRIPT_BYTES = 180 * 1024
_NOT_WORTH_IT = 1024
_LAYOUT_SHIFT = 0.02
_LAYOUT_SHIFT_ANYWHERE = 0.1
"""What Google calls good."""
_TOO_LATE = r"status of 50[34] |ERR_NETWORK_CHANGED|did not answer in time"
"""On a machine that is busy; what is looked at here is what the page makes of it."""
_MOVED = """
window.moved = 0;
window.asked = [];
const observe = (type, take) =>
  new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
window.movers = [];
const said = ({ node, previousRect, currentRect }) =>
  `${(node?.textContent ?? "").slice(0, 60)}: ${previousRect.y} to ${currentRect.y}`;
observe("layout-shift", (each) => {
  if (each.hadRecentInput) return;
  moved += each.value;
  movers.push(...each.sources.map(said));
});
observe("resource", ({ name, initiatorType }) => {
  if (name.includes("/api/")) asked.push([new URL(name).pathname, initiatorType]);
});
"""


async def test_the_first_load_is_small_and_whole_from_here(house: House, visitor: Visits) -> None:
    """That nothing is asked of anybody else is looked at in every test."""
    visitor.expect_trouble(_TOO_LATE)
    page = await visitor(await house.friend("Felix"), phone=True)
    scripts: dict[str, Response] = {}

    def came(response: Response) -> None:
        if response.request.resource_type == "script":
            scripts[response.url] = response

    page.on("response", came)
    await page.goto("/")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.locator(".pulse")).to_have_count(0)
    sizes = {url: len(gzip.compress(await each.body(), 9)) for url, each in scripts.items()}
    total = sum(sizes.values())
    listed = "\n".join(f"{size:>8} {re.sub('.*/', '', url)}" for url, size in sorted(sizes.items()))
    print(f"{total / 1024:.1f} kB of script\n{listed}")
    assert scripts and total <= _SCRIPT_BYTES
    for url, response in scripts.items():
        is_packed = response.headers.get("content-encoding") in ("gzip", "br", "zstd")
        assert is_packed or sizes[url] < _NOT_WORTH_IT, f"{url} is sent as it is"


async def test_the_first_screen_asks_for_everything_once_and_moves_nothing(
    house: House, visitor: Visits
) -> None:
    """What the document asks for before the script has come is what the script then uses. What did not come in time is
    asked for again, so that such a visit says nothing."""
    visitor.expect_trouble(_TOO_LATE)
    page = await visitor(await house.friend("Fenja"), phone=True)
    await page.add_init_script(_MOVED)
    late: list[str] = []
    page.on("response", lambda response: late.append(response.url) if response.status >= 500 else None)
    for _ in range(5):
        late.clear()
        await page.goto("/")
        await arrived(page)
        if not late:
            break
    begun: list[str] = await page.evaluate("asked.filter(([, by]) => by === 'link').map(([path]) => path)")
    # Once it is heard that the live stream has begun, everything is read again.
    before: list[str] = await page.evaluate(
        "asked.slice(0, asked.findIndex(([path]) => path.endsWith('/ticket'))).map(([path]) => path)"
    )
    assert {"/api/v1/auth/session", "/api/v1/dashboard/stats"} <= set(begun)
    assert sorted(before) == sorted(set(before)), "asked for early, and not used"
    moved: float = await page.evaluate("moved")
    assert moved < _LAYOUT_SHIFT


async def test_a_stranger_is_asked_to_sign_in_without_being_asked_for_a_session(
    house: House, visitor: Visits
) -> None:
    page = await visitor(phone=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto("/library")
    await expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
    assert not [url for url in asked if url.endswith(("/auth/session", "/auth/refresh"))]


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])
async def test_nothing_moves_under_a_finger_while_a_screen_comes(
    house: House, visitor: Visits, phone: bool
) -> None:
    visitor.expect_trouble(_TOO_LATE)
    person = await house.friend("Flora")
    catalogue = house.world.overseerr.state.catalogue
    film, show = catalogue.popular("movie")[0].tmdb_id, catalogue.popular("tv")[0].tmdb_id
    assert (await person.request("movie", house.film("Nothing moves here"))).is_success
    page = await visitor(person, phone=phone)
    await page.add_init_script(_MOVED)
    restless = []
    for place in (
        "/",
        "/search",
        "/discover/trending",
        f"/title/movie/{film}",
        f"/title/tv/{show}",
        "/requests",
        "/library",
        "/services",
    ):
        found = await _moved_on(page, place)
        if found["moved"] > _LAYOUT_SHIFT_ANYWHERE:
            restless.append(f"{place}: {found['moved']:.3f}, {found['movers']}")
    assert not restless, "\n".join(restless)


async def _moved_on(page: Page, place: str) -> dict[str, Any]:
    """The least of three visits: what happens in the household meanwhile, such as a service that fails, is news."""
    found: list[dict[str, Any]] = []
    while len(found) < 3 and not any(each["moved"] <= _LAYOUT_SHIFT_ANYWHERE for each in found):
        await page.goto(place)
        await arrived(page)
        await page.wait_for_load_state("networkidle")
        found.append(await page.evaluate("({ moved, movers })"))
    return min(found, key=lambda each: each["moved"])
