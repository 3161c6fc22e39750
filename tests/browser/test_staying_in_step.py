"""A page that stays open: without a network, while the portal starts anew, after its session was ended elsewhere."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.house import House
from tests.browser.visits import Visits
from tests.world import Person

_UNREAD = re.compile(r"^Notifications, [1-9]\d* unread$")
_NO_ANSWER = r"net::ERR_|WebSocket connection to|status of 50[234]|error in connection establishment"


async def test_offline_is_said_and_what_was_missed_is_there_afterwards(house: House, visitor: Visits) -> None:
    visitor.expect_trouble(_NO_ANSWER)
    film = house.film("A Quiet Canton", 2003)
    frida = await house.friend("Fabio")
    request = (await frida.request("movie", film)).raise_for_status().json()
    page = await visitor(frida, phone=True)
    await _shows(page, "A Quiet Canton", "Waiting for approval")

    await page.context.set_offline(True)
    await expect(page.get_by_text("You are offline.")).to_be_visible()
    await expect(_row(page, "A Quiet Canton")).to_be_visible()
    (await house.olive.post(f"/media/requests/{request['id']}/approve")).raise_for_status()
    await page.context.set_offline(False)

    await expect(page.get_by_text("You are offline.")).to_have_count(0)
    await expect(_row(page, "A Quiet Canton").get_by_text("On its way").first).to_be_visible()
    await expect(page.get_by_role("link", name=_UNREAD)).to_be_visible()
    await _not_loaded_again(page)


async def test_a_page_outlives_a_restart_of_the_portal(house: House, visitor: Visits) -> None:
    visitor.expect_trouble(_NO_ANSWER)
    film = house.film("The Ferryman of Thun", 2005)
    frida = await house.friend("Ferdinand")
    request = (await frida.request("movie", film)).raise_for_status().json()
    page = await visitor(frida)
    await _shows(page, "The Ferryman of Thun", "Waiting for approval")

    await house.world.product.stop()
    await house.world.product.start()
    (await house.olive.post(f"/media/requests/{request['id']}/approve")).raise_for_status()

    await expect(_row(page, "The Ferryman of Thun").get_by_text("On its way").first).to_be_visible(
        timeout=120_000
    )
    await _not_loaded_again(page)


async def test_two_tabs_know_the_same(house: House, visitor: Visits) -> None:
    film = house.film("Two Windows", 2007)
    frida = await house.friend("Flora")
    (await frida.request("movie", film)).raise_for_status()
    one = await visitor(frida)
    two = await one.context.new_page()
    for page in (one, two):
        await page.goto("/notifications")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
    [request] = (await frida.get("/media/requests")).raise_for_status().json()["items"]
    (await house.olive.post(f"/media/requests/{request['id']}/approve")).raise_for_status()
    for page in (one, two):
        await expect(page.get_by_role("link", name=_UNREAD)).to_be_visible()
    await one.get_by_role("button", name="Mark all as read").click()
    for page in (one, two):
        await expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()


@pytest.mark.parametrize("phone", [True, False])
async def test_a_session_that_is_ended_elsewhere_ends_here_with_words(
    house: House, visitor: Visits, *, phone: bool
) -> None:
    visitor.expect_trouble(r"status of 40[13]|WebSocket connection to|Problem: Sign in")
    account = house.account("Fanny" if phone else "Fritz")
    here, elsewhere = await house.enter(account), await house.enter(account)
    page = await visitor(here, phone=phone)
    await page.goto("/requests")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await _is_heard(house, here, page)

    (await elsewhere.post("/auth/devices/revoke-others")).raise_for_status()

    await expect(page).to_have_url(re.compile(r"/sign-in\?"), timeout=20_000)
    await expect(page.get_by_text(re.compile("signed out", re.IGNORECASE)).first).to_be_visible()


async def _is_heard(house: House, person: Person, page: Page) -> None:
    """The page is live by the time that something shows up by itself."""
    film = house.film(f"Heard by {person.user['name']}")
    (await person.request("movie", film)).raise_for_status()
    await expect(_row(page, f"Heard by {person.user['name']}")).to_be_visible()


def _row(page: Page, title: str) -> Locator:
    return page.get_by_role("listitem").filter(has_text=title).first


async def _shows(page: Page, title: str, status: str) -> None:
    await page.goto("/requests")
    await expect(_row(page, title).get_by_text(status).first).to_be_visible()
    await page.evaluate("window.still = 'here'")


async def _not_loaded_again(page: Page) -> None:
    assert await page.evaluate("window.still") == "here"
