"""What is known of all the breakers of one service."""

import asyncio
import gc
from collections.abc import Iterator

import pytest

from libs.common.tests.http.upstream import Upstream
from medianest_common.clock import ManualClock
from medianest_common.contracts.platform import BreakerCondition, ResetBreakersHere
from medianest_common.errors import Unavailable
from medianest_common.http import NEVER, AddressPolicy, CircuitBreaker, OutgoingClient, Retry
from medianest_common.http.breakers import Breakers, opened, opening


@pytest.fixture
def turns() -> list[tuple[str, float | None]]:
    return []


@pytest.fixture
def breakers(clock: ManualClock, turns: list[tuple[str, float | None]]) -> Iterator[Breakers]:
    known = Breakers(clock=clock, turned=lambda breaker, seconds: turns.append((breaker.system, seconds)))
    token = opening(known)
    yield known
    opened(token)


def client(
    system: str, url: str, clock: ManualClock, *, policy: AddressPolicy = AddressPolicy.OPERATOR
) -> OutgoingClient:
    return OutgoingClient(system, url, policy=policy, clock=clock, retry=Retry(attempts=1))


async def fail(breaking: OutgoingClient, times: int = 5) -> None:
    for _ in range(times):
        with pytest.raises(Unavailable):
            await breaking.request("GET", "/")


async def test_a_client_is_known_until_it_is_closed(
    breakers: Breakers, system: Upstream, clock: ManualClock
) -> None:
    async with client("Plex", system.url, clock) as plex:
        [seen] = breakers.look()
        assert (seen.system, seen.address, seen.state) == ("Plex", system.url, BreakerCondition.CLOSED)
        assert (seen.places, seen.under_way, seen.waiting) == (16, 0, 0)
        hanging = asyncio.create_task(plex.request("GET", "/hang"))
        await system.hanging.wait()
        assert breakers.look()[0].under_way == 1
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)
        assert breakers.look()[0].under_way == 0
    assert breakers.look() == []


async def test_one_that_was_only_dropped_is_forgotten_too(breakers: Breakers, clock: ManualClock) -> None:
    client("Plex", "http://127.0.0.1:9", clock)
    gc.collect()
    assert breakers.look() == []


async def test_what_a_task_opens_later_belongs_to_the_service_it_was_begun_in(
    clock: ManualClock,
) -> None:
    first, second, go = Breakers(clock=clock), Breakers(clock=clock), asyncio.Event()
    kept: list[OutgoingClient] = []

    async def opens(name: str) -> None:
        await go.wait()
        kept.append(client(name, "http://127.0.0.1:9", clock))

    tasks = []
    for known, name in ((first, "Plex"), (second, "Overseerr")):
        token = opening(known)
        tasks.append(asyncio.create_task(opens(name)))
        opened(token)
    go.set()
    await asyncio.gather(*tasks)
    assert [[b.system for b in known.look()] for known in (first, second)] == [["Plex"], ["Overseerr"]]


async def test_looking_whether_something_fails_is_no_breaker(breakers: Breakers, clock: ManualClock) -> None:
    probe = OutgoingClient(
        "Plex",
        "http://127.0.0.1:9",
        policy=AddressPolicy.OPERATOR,
        breaker=CircuitBreaker("Plex", clock=clock, threshold=NEVER),
    )
    assert breakers.look() == []
    await probe.aclose()


async def test_of_many_for_one_system_the_worst_is_seen(breakers: Breakers, clock: ManualClock) -> None:
    async with (
        client("ntfy", "https://one.example.org", clock, policy=AddressPolicy.USER),
        client("ntfy", "https://two.example.org", clock, policy=AddressPolicy.USER) as failing,
    ):
        for _ in range(5):
            failing.breaker.failed(failing.breaker.admit())
        [seen] = breakers.look()
        assert (seen.count, seen.state, seen.failures, seen.places) == (2, BreakerCondition.OPEN, 5, 32)
        done = breakers.reset(ResetBreakersHere(system="ntfy"), instance="this")
        assert (done.matched, done.reset) == (2, 1)


async def test_where_a_users_own_server_stands_is_not_shown(breakers: Breakers, clock: ManualClock) -> None:
    async with client("ntfy", "https://ntfy.example.org", clock, policy=AddressPolicy.USER):
        assert breakers.look()[0].address is None


async def test_it_tells_when_it_opens_and_how_long_it_was_open_over_all_trials(
    breakers: Breakers, system: Upstream, clock: ManualClock, turns: list[tuple[str, float | None]]
) -> None:
    async with client("Plex", "http://127.0.0.1:9", clock) as plex:
        await fail(plex)
        assert turns == [("Plex", None)]
        clock.advance(31)
        await fail(plex, 1)
        [seen] = breakers.look()
        assert (seen.state, seen.retry_after, seen.failures) == (BreakerCondition.OPEN, 30.0, 6)
        assert seen.opened_at is not None
        assert (clock.now() - seen.opened_at).total_seconds() == 31
        clock.advance(31)
        assert breakers.look()[0].state is BreakerCondition.HALF_OPEN
        permit = plex.breaker.admit()
        plex.breaker.succeeded(permit)
    assert turns == [("Plex", None), ("Plex", 62.0)]


async def test_a_reset_lets_calls_through_at_once(
    breakers: Breakers, system: Upstream, clock: ManualClock, turns: list[tuple[str, float | None]]
) -> None:
    async with (
        client("Plex", "http://127.0.0.1:9", clock) as plex,
        client("Overseerr", system.url, clock) as overseerr,
    ):
        await fail(plex)
        other = breakers.reset(ResetBreakersHere(instance="another"), instance="this")
        assert (other.matched, other.reset) == (0, 0)
        done = breakers.reset(ResetBreakersHere(system="Overseerr"), instance="this")
        assert (done.matched, done.reset) == (1, 0)
        everything = breakers.reset(ResetBreakersHere(), instance="this")
        assert (everything.matched, everything.reset) == (2, 1)
        assert {seen.state for seen in breakers.look()} == {BreakerCondition.CLOSED}
        await overseerr.get_json("/json")
    assert turns == [("Plex", None)], "whoever resets says so"
