"""What is known of a request is forgotten with it."""

import gc

import pytest

from libs.common.tests.web.portal import API, MakePortal
from medianest_common.web.exchange import Exchange


@pytest.mark.parametrize("path", ["/health", f"{API}/kept", f"{API}/me", f"{API}/nowhere"])
async def test_nothing_of_a_request_waits_for_the_collector(make: MakePortal, path: str) -> None:
    """Thousands a second would lie about until it comes, which then takes long."""
    async with make().client() as client:
        await client.get(path)
        gc.collect()
        gc.disable()
        before = _exchanges()
        try:
            for _ in range(20):
                await client.get(path)
            after = _exchanges()
        finally:
            gc.enable()
    # Others may be held by tests before this one, and the last one by the client.
    assert after <= before + 1


def _exchanges() -> int:
    return sum(isinstance(each, Exchange) for each in gc.get_objects())
