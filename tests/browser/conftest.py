"""What is done in a browser: a real Chromium, the page as it is built, and the whole product behind it."""

import os
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from medianest_common.testing.fake_youtube import FakeYoutube
from tests.browser.chromium import PAGE, chromium_path, launched
from tests.browser.house import House, furnished
from tests.browser.visits import Visits, visits

_HERE = Path(__file__).parent
_FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder share one household and one Chromium, so they live in one loop."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # The first one waits for all of it to start.
            item.add_marker(pytest.mark.timeout(600), append=False)
            if pytest_asyncio.is_async_test(item):
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """A test that leaves an error on a console has failed, whatever it has seen."""
    yield
    found = getattr(item, "funcargs", {}).get("visitor")
    if isinstance(found, Visits) and found.complaints:
        pytest.fail("In the browser:\n" + "\n".join(found.complaints), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def can_browse() -> str:
    try:
        found = chromium_path()
    except LookupError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
    if not PAGE.is_file():
        pytest.fail("The page for browsers is not built: run make page.", pytrace=False)
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(can_browse: str) -> AsyncIterator[Browser]:
    async with launched(can_browse) as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(
    can_browse: str, tmp_path_factory: pytest.TempPathFactory, youtube_server: FakeYoutube
) -> AsyncIterator[House]:
    assert can_browse
    async with furnished(tmp_path_factory.mktemp("house"), youtube_server) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(
    request: pytest.FixtureRequest, chromium: Browser, house: House, tmp_path: Path
) -> AsyncIterator[Visits]:
    """Opens browsers at the portal. After a failure what they showed and said is in a folder that is printed."""
    also = (house.world.plex.tv_url, house.world.plex.server_url)
    # Her access token does not last as long as all tests take.
    await house.olive.refresh()
    async with visits(chromium, house.url, also=also) as found:
        yield found
        if request.node.stash.get(_FAILED, False):
            for path in await found.record(tmp_path):
                print(path)
