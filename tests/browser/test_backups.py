"""An administrator makes a backup at the page, sees it come, has it, and lets it go."""

from playwright.async_api import expect

from tests.browser.house import House
from tests.browser.visits import Visits


async def test_make_one_and_see_it(house: House, visitor: Visits) -> None:
    # What is not encrypted is for the owner, and only for a while after she has shown that it is she.
    olive = await house.world.person()
    await olive.sign_in()
    page = await visitor(olive)
    await page.goto("/admin/backups")
    await expect(page.get_by_role("heading", name="Backups", exact=True)).to_be_visible()
    kept = page.get_by_role("region", name="Kept", exact=True).get_by_role("listitem")
    await expect(kept.first.or_(page.get_by_text("No backup yet"))).to_be_visible()
    before = await kept.count()
    await page.get_by_role("button", name="Make one now").click()
    await expect(kept).to_have_count(before + 1, timeout=120_000)
    made = kept.first
    await expect(made.get_by_text("Whole", exact=True)).to_be_visible()
    await expect(made.get_by_text("in the administration")).to_be_visible()

    await made.get_by_role("button", name="Download").click()
    sheet = page.get_by_role("dialog", name="Download this backup?")
    async with page.expect_download() as downloading:
        await sheet.get_by_role("button", name="Download").click()
    had = await (await downloading.value).path()
    name = (await downloading.value).suggested_filename
    assert had.read_bytes() == (house.world.product.data_dir / "backups" / name).read_bytes()

    await made.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(kept).to_have_count(before)


async def test_without_the_key_to_everything_an_administrator_is_told_why(
    house: House, visitor: Visits
) -> None:
    folder = house.world.product.data_dir / "backups"
    folder.mkdir(exist_ok=True)
    plain = folder / "medianest-20260101T033000Z.tar.gz"
    plain.write_bytes(b"not one")
    try:
        page = await visitor(await house.admin("Berta"), phone=True)
        await page.goto("/admin/backups")
        kept = page.get_by_role("region", name="Kept", exact=True).get_by_role("listitem")
        line = kept.filter(has_text="1 Jan 2026")
        await expect(line.get_by_text("Only the owner may have one")).to_be_visible()
        await expect(line.get_by_text("Not from here")).to_be_visible()
    finally:
        plain.unlink()
