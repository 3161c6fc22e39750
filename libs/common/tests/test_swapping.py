"""What handlers work with is exchanged under their hands, and nobody notices in the middle of something."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from medianest.testing import eventually
from medianest_common import swapping
from medianest_common.swapping import Swappable, holding


def opened(name: str, closed: list[str]) -> AsyncExitStack:
    stack = AsyncExitStack()

    async def close() -> None:
        closed.append(name)

    stack.push_async_callback(close)
    return stack


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swapping, "GRACE_SECONDS", 0.01)
    monkeypatch.setattr(swapping, "_LOOK_SECONDS", 0.01)


async def test_who_has_begun_with_one_ends_with_it_and_only_then_it_is_closed() -> None:
    closed: list[str] = []
    async with Swappable("first", opened("first", closed)) as swappable:
        with holding(swappable) as began:
            swappable.swap("second", opened("second", closed))
            with holding(swappable) as later:
                assert (began, later, swappable.present) == ("first", "second", "second")
            # Longer than it would take if nobody held it.
            await asyncio.sleep(0.1)
            assert closed == []

        async def is_closed() -> bool:
            return closed == ["first"]

        await eventually(is_closed)
    assert closed == ["first", "second"]


async def test_all_are_closed_in_the_end_whoever_holds_them() -> None:
    closed: list[str] = []
    swappable = Swappable("first", opened("first", closed))
    hold = swappable.hold()
    hold.__enter__()
    async with swappable:
        for name in ("second", "third"):
            swappable.swap(name, opened(name, closed))
    assert sorted(closed) == ["first", "second", "third"]


async def test_one_that_cannot_be_closed_keeps_no_other_open() -> None:
    closed: list[str] = []
    broken = AsyncExitStack()

    async def fail() -> None:
        raise RuntimeError("no")

    broken.push_async_callback(fail)
    async with Swappable("first", broken) as swappable:
        swappable.swap("second", opened("second", closed))
    assert closed == ["second"]


async def test_what_cannot_be_exchanged_is_held_as_well() -> None:
    with holding("app") as present:
        assert present == "app"
