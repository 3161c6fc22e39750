"""A service goes down and comes back while somebody looks."""

from playwright.async_api import Locator, Page, expect

from medianest_common.testing.fake_systems import FakeTautulli
from tests.browser.house import House
from tests.browser.visits import Visits


async def test_what_goes_down_is_seen_to_go_down(house: House, visitor: Visits) -> None:
    async with FakeTautulli.start() as tautulli:
        spec = {"kind": "tautulli", "url": tautulli.url, "apiKey": tautulli.api_key}
        at_once = {"failures": 1, "outOf": 1, "successes": 1, "visibility": "everyone"}
        wanted = {"name": "Garden shed", "spec": spec, **at_once}
        made = (await house.olive.post("/admin/monitors", wanted)).raise_for_status().json()
        path = f"/admin/monitors/{made['monitor']['id']}"
        visitor.expect_trouble(r"status of 404 .*/history\?")  # of what is no longer there
        page = await visitor(await house.friend("Greta"), phone=True)
        await page.goto("/services")
        await expect(_line(page).get_by_text("Up", exact=True).first).to_be_visible()
        await page.evaluate("window.still = 'here'")

        tautulli.fail_with(500)
        (await house.olive.post(f"{path}/check")).raise_for_status()
        await expect(_line(page).get_by_text("Down", exact=True).first).to_be_visible()

        tautulli.heal()
        (await house.olive.post(f"{path}/check")).raise_for_status()
        await expect(_line(page).get_by_text("Up", exact=True).first).to_be_visible()
        (await house.olive.delete(path)).raise_for_status()
        await expect(_line(page)).to_have_count(0)
        assert await page.evaluate("window.still") == "here"


async def test_what_is_added_and_what_is_deleted_comes_and_goes_by_itself(
    house: House, visitor: Visits
) -> None:
    """Nobody is told of either, so that nothing but the stream can make the page look again."""
    async with FakeTautulli.start() as tautulli:
        visitor.expect_trouble(r"status of 404 .*/history\?")  # of what is no longer there
        page = await visitor(await house.friend("Gunnar"))
        await page.goto("/services")
        await expect(page.get_by_role("listitem").filter(has_text="Plex").first).to_be_visible()
        await page.wait_for_load_state("networkidle")
        await page.evaluate("window.still = 'here'")

        spec = {"kind": "tautulli", "url": tautulli.url, "apiKey": tautulli.api_key}
        wanted = {"name": "Garden shed", "spec": spec, "visibility": "everyone"}
        made = (await house.olive.post("/admin/monitors", wanted)).raise_for_status().json()
        await expect(_line(page).first).to_be_visible()
        (await house.olive.delete(f"/admin/monitors/{made['monitor']['id']}")).raise_for_status()
        await expect(_line(page)).to_have_count(0)
        assert await page.evaluate("window.still") == "here"


async def test_a_published_page_is_for_whoever_knows_its_address(house: House, visitor: Visits) -> None:
    at_once = {"failures": 1, "outOf": 1, "successes": 1, "visibility": "everyone"}
    wanted = {"name": "Duck pond", "spec": {"kind": "http", "url": "http://127.0.0.1:9/"}, **at_once}
    monitor = (await house.olive.post("/admin/monitors", wanted)).raise_for_status().json()["monitor"]["id"]
    (await house.olive.post(f"/admin/monitors/{monitor}/check")).raise_for_status()
    shown = {"slug": "pond", "title": "Our pond", "published": True, "monitors": [{"monitorId": monitor}]}
    (await house.olive.post("/admin/status-pages", shown)).raise_for_status()
    page = await visitor(phone=True)
    await page.goto("/status/pond")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Our pond")
    await expect(page.get_by_role("listitem").filter(has_text="Duck pond").first).to_be_visible()
    await expect(page.get_by_text("Duck pond is not working")).to_be_visible()

    visitor.expect_trouble(r"status of 404 .*/api/v1/status/lake$")
    await page.goto("/status/lake")
    await expect(page.get_by_text("There is no such status page")).to_be_visible()
    (await house.olive.delete(f"/admin/monitors/{monitor}")).raise_for_status()


def _line(page: Page) -> Locator:
    return page.get_by_role("listitem").filter(has_text="Garden shed")
