"""Getting in, and what keeps one out."""

import re

from playwright.async_api import Page, expect

from tests.browser.house import House
from tests.browser.visits import Visits
from tests.world import OWNER_EMAIL, OWNER_PASSWORD

_INSIDE = re.compile("^Places$")


async def test_a_password_leads_to_where_one_wanted_to_go(visitor: Visits) -> None:
    visitor.expect_trouble(r"status of 401 .*/auth/login$")
    page = await visitor(phone=True)
    await page.goto("/search?q=matrix")
    await _signs_in(page, OWNER_EMAIL, "not the password")
    await expect(page.get_by_role("alert")).to_contain_text("E-mail or password is not right.")
    await expect(page.get_by_label("E-mail")).to_have_value(OWNER_EMAIL)
    await _signs_in(page, OWNER_EMAIL, OWNER_PASSWORD)
    await expect(page.get_by_role("navigation", name=_INSIDE).first).to_be_visible()
    await expect(page).to_have_url(re.compile(r"/search\?q=matrix$"))


async def test_plex_leads_to_where_one_wanted_to_go(house: House, visitor: Visits) -> None:
    frida = house.account("Frida")
    page = await visitor()
    await page.goto("/requests")
    await page.get_by_role("button", name="Sign in with Plex").click()
    await page.locator(f"button[value='{frida.id}']").click()
    await expect(page.get_by_role("navigation", name=_INSIDE).first).to_be_visible()
    await expect(page).to_have_url(re.compile(r"/requests$"))


async def test_whoever_turns_back_from_plex_can_go_there_again_or_do_without(visitor: Visits) -> None:
    page = await visitor()
    await page.goto("/sign-in")
    await page.get_by_role("button", name="Sign in with Plex").click()
    await page.wait_for_url(re.compile("/auth"))
    await page.goto("/sign-in")
    await expect(page.get_by_text("Waiting for your yes at Plex")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("link", name="Open Plex again")).to_be_visible()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("button", name="Sign in with Plex")).to_be_visible()


async def test_whoever_has_no_access_to_the_plex_server_is_told_what_to_do(
    house: House, visitor: Visits
) -> None:
    visitor.expect_trouble(r"status of 403 .*/auth/plex/verify$")
    stranger = house.world.plex.add_stranger(username="Sten")
    page = await visitor()
    await page.goto("/sign-in")
    await page.get_by_role("button", name="Sign in with Plex").click()
    await page.locator(f"button[value='{stranger.id}']").click()
    await expect(page.get_by_role("alert")).to_contain_text("has no access to the Plex server here")
    await expect(page.get_by_label("E-mail")).to_be_visible()


async def test_an_invitation_makes_an_account_once(house: House, visitor: Visits) -> None:
    visitor.expect_trouble(r"status of 410 .*/auth/invites/look$")
    link = (await house.olive.post("/auth/invites", {})).raise_for_status().json()["url"]
    page = await visitor(phone=True)
    await page.goto(link)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Olive invites you")
    await page.get_by_label("Name").fill("Ines")
    await page.get_by_label("E-mail").fill("ines@example.org")
    await page.get_by_label("New password", exact=True).fill("seven grey geese over the dike")
    await page.get_by_role("button", name="Make my account").click()
    await expect(page.get_by_role("navigation", name=_INSIDE).first).to_be_visible()

    late = await visitor()
    await late.goto(link)
    await expect(late.get_by_text("This invitation does not work any more")).to_be_visible()


async def test_a_link_sets_another_password(house: House, visitor: Visits) -> None:
    ada = await house.admin("Ada")
    answer = await house.olive.post(f"/admin/users/{ada.user['id']}/reset-link")
    link = answer.raise_for_status().json()["url"]
    page = await visitor()
    await page.goto(link)
    await page.get_by_label("New password", exact=True).fill("eleven pale herons by the weir")
    await page.get_by_role("button", name="Set the password").click()
    await expect(page.get_by_text("Your password is changed")).to_be_visible()
    await page.get_by_role("link", name="Sign in").click()
    await _signs_in(page, ada.user["email"], "eleven pale herons by the weir")
    await expect(page.get_by_role("navigation", name=_INSIDE).first).to_be_visible()


async def _signs_in(page: Page, email: str, password: str) -> None:
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
