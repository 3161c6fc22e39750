"""Refresh families as a machine: whatever a person and a thief do, in whatever order, a family never forks.

The steps run against the real service in two replicas and the real database. What they must answer is said by a model
of RFC 9700, 4.14.2 with ten seconds of grace.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from medianest_common.contracts import auth
from medianest_common.errors import MediaNestError
from services.auth.tests.conftest import CHROME, FIREFOX, Household

GRACE, MINUTE, PER_MINUTE, MOST = 10, 60, 10, 12
LIVES = {False: (24 * 3600, 7 * 24 * 3600), True: (30 * 24 * 3600, 90 * 24 * 3600)}
"""Idle and absolute, by whether the session is remembered."""
UNSURE = 2.0
"""So close to a limit, which side of it a question falls on is a matter of fractions of a second. Else it is not: the
clock stands still but for the waits."""


@dataclass
class Family:
    """What ought to be true of one session. All tokens but the last have been used."""

    person: auth.SignedIn
    remember: bool
    born: float
    seen: float
    tokens: list[str]
    used_at: list[float] = field(default_factory=list)
    browser: str = FIREFOX
    is_revoked: bool = False

    @property
    def ends(self) -> float:
        idle, absolute = LIVES[self.remember]
        return min(self.seen + idle, self.born + absolute)


class Machine:
    """Drives the service and the model side by side."""

    def __init__(self, house: Household) -> None:
        self.house = house
        self.families: list[Family] = []

    @property
    def now(self) -> float:
        return self.house.clock.now().timestamp()

    async def sign_in(self, *, remember: bool) -> None:
        if len(self.families) < MOST:
            person = await self.house.sign_in(remember=remember)
            self.families.append(Family(person, remember, self.now, self.now, [person.refresh_token]))

    async def refresh(self, which: int, back: int, browser: str, times: int) -> None:
        """With the newest token (0), the one before (1), …, by several tabs at once."""
        family = self.families[which % len(self.families)]
        index = max(0, len(family.tokens) - 1 - back)
        expected = self._expected(family, index, browser)
        if expected is None:
            return
        device = family.person.device_token
        answers = await asyncio.gather(
            *(
                self.house.refresh(family.tokens[index], user_agent=browser, device_token=device)
                for _ in range(times)
            ),
            return_exceptions=True,
        )
        tokens = {answer.refresh_token for answer in answers if isinstance(answer, auth.SignedIn)}
        codes = {answer.code for answer in answers if isinstance(answer, MediaNestError)}
        match expected:
            case "NEXT":
                (successor,) = tokens
                assert not codes
                assert successor not in family.tokens
                family.tokens.append(successor)
                family.used_at.append(self.now)
                family.seen, family.browser = self.now, browser
            case "SAME":
                assert (tokens, codes) == ({family.tokens[-1]}, set())
            case "TOKEN_REUSED":
                assert not tokens
                assert {"TOKEN_REUSED"} <= codes <= {"TOKEN_REUSED", "INVALID_REFRESH_TOKEN"}
                family.is_revoked = True
            case code:
                assert (tokens, codes) == (set(), {code})

    def _expected(self, family: Family, index: int, browser: str) -> str | None:
        """None when it is too close to call."""
        if family.is_revoked:
            return "INVALID_REFRESH_TOKEN"
        if abs(self.now - family.ends) < UNSURE:
            return None
        if self.now > family.ends:
            return "INVALID_REFRESH_TOKEN"
        if index < len(family.used_at):
            age = self.now - family.used_at[index]
            if abs(age - GRACE) < UNSURE:
                return None
            return "SAME" if age < GRACE and browser == family.browser else "TOKEN_REUSED"
        ages = [self.now - at for at in family.used_at]
        if any(abs(age - MINUTE) < UNSURE for age in ages):
            return None
        return "TOO_MANY_ATTEMPTS" if sum(age < MINUTE for age in ages) >= PER_MINUTE else "NEXT"

    async def sign_out(self, which: int) -> None:
        family = self.families[which % len(self.families)]
        if abs(self.now - family.ends) < UNSURE:
            return
        await self.house.call_as(family.person, auth.EndSession())
        family.is_revoked |= self.now < family.ends

    async def revoke(self, by: int, which: int) -> None:
        family = self.families[which % len(self.families)]
        caller = self.families[by % len(self.families)].person
        call = self.house.call_as(caller, auth.RevokeSession(session_id=family.person.session_id))
        if family.is_revoked:
            with pytest.raises(MediaNestError, match="no such session"):
                await call
        else:
            await call
        family.is_revoked = True

    async def wait(self, seconds: float) -> None:
        self.house.clock.advance(seconds)

    async def check(self) -> None:
        """At most one live token in each family, no token with two successors, nobody's session ended but those that
        have to be."""
        rows = await self.house.rows("""
            select s.id, s.revoked_at is not null, count(t.id), count(*) filter (where t.used_at is null),
                count(distinct t.parent_id)
            from sessions s join refresh_tokens t on t.session_id = s.id group by s.id
        """)
        found = {row[0]: row[1:] for row in rows}
        for family in self.families:
            made = len(family.tokens)
            assert found[family.person.session_id] == (family.is_revoked, made, 1, made - 1)


type Step = tuple[str, dict[str, Any]]


def _step(name: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(name), st.fixed_dictionaries(arguments))


_WHICH = st.integers(0, 3)
_WAITS = st.sampled_from([1.0, 5.0, 15.0, 70.0, 3600.0, 23 * 3600.0, 25 * 3600.0])
_STEPS = st.one_of(
    _step(
        "refresh",
        which=_WHICH,
        back=st.sampled_from([0, 0, 0, 1, 1, 2]),
        browser=st.sampled_from([FIREFOX, FIREFOX, FIREFOX, CHROME]),
        times=st.integers(1, 4),
    ),
    _step("wait", seconds=_WAITS),
    _step("sign_in", remember=st.booleans()),
    _step("sign_out", which=_WHICH),
    _step("revoke", by=_WHICH, which=_WHICH),
)


def _refresh(back: int, *, browser: str = FIREFOX, times: int = 2) -> Step:
    return ("refresh", {"which": 0, "back": back, "browser": browser, "times": times})


_HASTE = [_refresh(0)] * 11
_THEFT = [
    _refresh(0),
    ("wait", {"seconds": 5.0}),
    _refresh(1),
    ("wait", {"seconds": 15.0}),
    _refresh(1),
    _refresh(0),
]


@pytest.fixture
async def replicas(house: Household) -> AsyncIterator[Household]:
    """Two of the service, and somebody whom nothing of this concerns."""
    await house.set_up()
    await house.sign_in_with_plex(house.plex.add_friend("frida"))
    async with house.second_replica():
        yield house


async def live_through(house: Household, steps: list[Step]) -> None:
    machine = Machine(house)
    with house.clock.held():
        await machine.sign_in(remember=False)
        await machine.sign_in(remember=True)
        for name, arguments in steps:
            await getattr(machine, name)(**arguments)
            await machine.check()
    await house.call_as(machine.families[0].person, auth.EndSession(all_sessions=True))
    untouched = "select revoked_at from sessions join users on users.id = user_id where name = 'frida'"
    assert await house.rows(untouched) == [(None,)]


_SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@example(steps=_HASTE)
@example(steps=[_refresh(0), _refresh(1, browser=CHROME), _refresh(0)])
@example(steps=_THEFT)
@settings(max_examples=10, deadline=None, suppress_health_check=_SHARED)
@given(steps=st.lists(_STEPS, max_size=20))
async def test_a_family_of_tokens_never_forks_whatever_happens(
    replicas: Household, steps: list[Step]
) -> None:
    await live_through(replicas, steps)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=300, deadline=None, suppress_health_check=_SHARED)
@given(steps=st.lists(_STEPS, min_size=10, max_size=60))
async def test_a_family_of_tokens_never_forks_in_long_histories(
    replicas: Household, steps: list[Step]
) -> None:
    await live_through(replicas, steps)
