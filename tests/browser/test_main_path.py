"""What a family comes for, with the browsers of two of them side by side."""

import re

from playwright.async_api import Page, expect

from medianest_common.testing.fake_plex import FakeAccount
from tests.browser.house import House
from tests.browser.visits import Visits

_TAPS = "addEventListener('click', (event) => { window.taps = (window.taps ?? 0) + (event.isTrusted ? 1 : 0); }, true)"
_UNREAD = re.compile(r"^Notifications, [1-9]\d* unread$")


async def test_nobody_gets_in_without_signing_in(visitor: Visits) -> None:
    page = await visitor()
    await page.goto("/requests")
    await expect(page.get_by_role("button", name="Sign in with Plex")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"/sign-in\?to=%2Frequests"))


async def test_from_a_wish_to_a_film_that_is_there(house: House, visitor: Visits) -> None:
    film = house.film("The Long Way to Lucerne", 1999)
    adam = await visitor(await house.admin())
    await adam.goto("/requests")
    await expect(adam.get_by_role("heading", level=1)).to_be_visible()

    frida = await visitor(phone=True, dark=True)
    await _enter_with_plex(frida, house.account("Frida"))
    await frida.get_by_role("link", name="Search").last.click()
    await frida.get_by_role("search").get_by_role("textbox").fill("way to lucerne")
    found = frida.get_by_role("link", name=re.compile("The Long Way to Lucerne")).first
    await expect(found).to_be_visible()
    # Until the library has answered, too, what was found may move.
    await expect(frida.locator("main .pulse")).to_have_count(0)
    await frida.evaluate(_TAPS)
    await found.click()
    await frida.get_by_role("button", name="Request", exact=True).click()
    await frida.get_by_role("dialog").get_by_role("button", name="Request", exact=True).click()
    await expect(frida.get_by_role("dialog")).to_have_count(0)
    waiting = frida.get_by_role("main").get_by_text("Waiting for approval").first
    await expect(waiting.or_(frida.get_by_role("main").get_by_text("Requested").first).first).to_be_visible()
    assert await frida.evaluate("window.taps") == 3, "nor was the page loaded again"

    await adam.evaluate("window.still = 'here'")
    row = adam.get_by_role("listitem").filter(has_text="The Long Way to Lucerne").first
    await expect(adam.get_by_role("link", name=_UNREAD)).to_be_visible()
    await row.get_by_role("button", name="Approve").click()
    await expect(row.get_by_text("On its way").first).to_be_visible()
    assert await adam.evaluate("window.still") == "here"

    await expect(frida.get_by_role("link", name=_UNREAD)).to_be_visible()
    house.world.overseerr.set_available("movie", film)
    await expect(frida.get_by_role("main").get_by_text("Available", exact=True).first).to_be_visible()
    await expect(row.get_by_text("Available", exact=True).first).to_be_visible()
    assert await frida.evaluate("window.taps") == 3, "it has moved by itself"
    await frida.get_by_role("link", name=_UNREAD).click()
    await expect(frida.get_by_text("The Long Way to Lucerne").first).to_be_visible()


async def _enter_with_plex(page: Page, account: FakeAccount) -> None:
    """In the same tab, over Plex's own page and back."""
    await page.goto("/")
    await page.get_by_role("button", name="Sign in with Plex").click()
    await page.locator(f"button[value='{account.id}']").click()
    await expect(page.get_by_role("navigation", name="Places").first).to_be_visible()
