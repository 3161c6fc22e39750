"""From a link to a video in the library, in a browser, with a pretend YouTube."""

from playwright.async_api import expect

from medianest_common.testing.fake_youtube import Video
from tests.browser.house import House
from tests.browser.visits import Visits

_VIDEO = "browser0001"


async def test_from_a_link_to_a_video_in_the_library(house: House, visitor: Visits) -> None:
    house.youtube.add(Video(id=_VIDEO, title="A slow train over the Gotthard"))
    page = await visitor(await house.friend("Gustav"), phone=True)
    await page.goto("/youtube")
    await page.get_by_role("textbox", name="Link").fill(f"https://youtu.be/{_VIDEO}?si=whatever")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("A slow train over the Gotthard").first).to_be_visible()
    await page.get_by_role("button", name="Download", exact=True).click()
    row = page.get_by_role("listitem").filter(has_text="A slow train over the Gotthard").first
    await expect(row).to_be_visible()
    await page.evaluate("window.still = 'here'")
    await expect(row.get_by_text("In the library").first).to_be_visible(timeout=120_000)
    assert await page.evaluate("window.still") == "here"
