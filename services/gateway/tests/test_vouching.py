"""What is remembered of the auth service's word, for how long, and what makes it forgotten."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from medianest_common.bus import Bus
from medianest_common.clock import ManualClock, uuid7
from medianest_common.contracts.auth.tokens import CheckPersonalToken, TellTokensUsed, Vouched
from medianest_common.contracts.identity import Role, Scope
from medianest_common.errors import RemoteError, TimedOut, Unavailable
from medianest_common.security.personal_tokens import new_personal_token
from medianest_gateway.vouching import KEPT_SECONDS, InvalidPersonalToken, Vouching


@dataclass
class Auth:
    """The bus with the auth service at its other end, as far as it is asked here."""

    clock: ManualClock
    tokens: dict[str, Vouched] = field(default_factory=dict)
    asked: list[Any] = field(default_factory=list)
    reconnects: int = 0
    away: Exception | None = None
    held: asyncio.Event | None = None

    async def call(self, message: Any, *, timeout: float) -> Any:
        self.asked.append(message)
        answer = self.tokens.get(getattr(message, "public_id", ""))
        if self.held:
            await self.held.wait()
        if self.away:
            raise self.away
        if isinstance(message, CheckPersonalToken) and answer is None:
            raise RemoteError(401, {"code": "INVALID_PERSONAL_TOKEN"})
        return answer

    def make(self, *, user_id: UUID | None = None, lasts: timedelta = timedelta(days=1)) -> str:
        public_id, token = new_personal_token()
        now = self.clock.now()
        self.tokens[public_id] = Vouched(
            user_id=user_id or uuid7(),
            session_id=uuid7(),
            role=Role.USER,
            name="Frida",
            email=None,
            auth_time=now,
            expires_at=now + lasts,
            scopes=frozenset({Scope.READ}),
        )
        return token

    @property
    def told(self) -> list[TellTokensUsed]:
        return [each for each in self.asked if isinstance(each, TellTokensUsed)]


@pytest.fixture
def auth() -> Auth:
    return Auth(ManualClock())


def _vouching(auth: Auth, *, revoked: Callable[[UUID], bool] = lambda _: False) -> Vouching:
    return Vouching(cast(Bus, auth), revoked=revoked, clock=auth.clock)


async def _is_refused(vouching: Vouching, token: str) -> bool:
    with pytest.raises(InvalidPersonalToken):
        await vouching.for_token(token)
    return True


async def test_what_cannot_be_a_token_costs_no_question(auth: Auth) -> None:
    vouching, token = _vouching(auth), auth.make()
    mistyped = token[:-1] + ("x" if token[-1] != "x" else "y")
    for wrong in (mistyped, f"{token[:20]}a{token[21:]}b", "mnp_", "mnp_" + "a" * 60, token.upper()):
        assert await _is_refused(vouching, wrong)
    assert auth.asked == []


async def test_a_hundred_at_once_and_all_for_half_a_minute_are_one_question_without_the_secret(
    auth: Auth,
) -> None:
    vouching, token = _vouching(auth), auth.make()
    answers = await asyncio.gather(*(vouching.for_token(token) for _ in range(100)))
    assert {answer.name for answer in answers} == {"Frida"}
    auth.clock.advance(KEPT_SECONDS - 1)
    await vouching.for_token(token)
    assert len(auth.asked) == 1 and token not in repr(auth.asked) and token[14:40] not in repr(auth.asked)
    auth.clock.advance(1)
    await vouching.for_token(token)
    assert len(auth.asked) == 2


async def test_a_no_is_remembered_as_well_and_invented_ones_push_out_no_real_one(auth: Auth) -> None:
    vouching, token = _vouching(auth), auth.make()
    await vouching.for_token(token)
    invented = [new_personal_token()[1] for _ in range(5000)]
    for each in invented:
        assert await _is_refused(vouching, each)
    asked = len(auth.asked)
    assert await _is_refused(vouching, invented[-1])
    await vouching.for_token(token)
    assert len(auth.asked) == asked


async def test_who_gives_up_takes_the_answer_from_nobody(auth: Auth) -> None:
    vouching, token = _vouching(auth), auth.make()
    auth.held = asyncio.Event()
    first, second = [asyncio.create_task(vouching.for_token(token)) for _ in range(2)]
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    auth.held.set()
    assert (await second).name == "Frida"
    assert len(auth.asked) == 1


async def test_what_happens_to_a_person_is_asked_anew_at_once_and_of_nobody_else(auth: Auth) -> None:
    frida, bert = uuid7(), uuid7()
    fridas, berts = auth.make(user_id=frida), auth.make(user_id=bert)
    vouching = _vouching(auth)
    for token in (fridas, berts):
        await vouching.for_token(token)
    auth.tokens.pop(fridas[4:12])
    vouching.forget(frida)
    assert await _is_refused(vouching, fridas)
    await vouching.for_token(berts)
    assert len(auth.asked) == 3


async def test_an_answer_from_before_is_not_remembered_after(auth: Auth) -> None:
    frida = uuid7()
    vouching, token = _vouching(auth), auth.make(user_id=frida)
    auth.held = asyncio.Event()
    before = asyncio.create_task(vouching.for_token(token))
    await asyncio.sleep(0.001)
    vouching.forget(frida)
    auth.tokens.clear()
    after = asyncio.create_task(_is_refused(vouching, token))
    await asyncio.sleep(0.001)
    auth.held.set()
    assert (await before).name == "Frida"
    assert await after
    assert await _is_refused(vouching, token)
    assert len(auth.asked) == 2


@pytest.mark.parametrize("away", [Unavailable("gone"), TimedOut("slow")])
async def test_while_auth_is_away_what_is_remembered_holds_for_half_a_minute(
    auth: Auth, away: Exception
) -> None:
    vouching, token = _vouching(auth), auth.make()
    await vouching.for_token(token)
    auth.away = away
    auth.clock.advance(KEPT_SECONDS - 1)
    assert await vouching.for_token(token)
    auth.clock.advance(1)
    with pytest.raises(Unavailable):
        await vouching.for_token(token)
    auth.away = None
    assert await vouching.for_token(token), "a failure is not remembered"


async def test_what_the_deny_list_says_counts_more_than_what_is_remembered(auth: Auth) -> None:
    denied: set[UUID] = set()
    vouching, token = _vouching(auth, revoked=denied.__contains__), auth.make()
    denied.add((await vouching.for_token(token)).session_id)
    assert await _is_refused(vouching, token)
    assert len(auth.asked) == 1


async def test_a_token_that_expires_meanwhile_is_over(auth: Auth) -> None:
    vouching, token = _vouching(auth), auth.make(lasts=timedelta(seconds=10))
    assert await vouching.for_token(token)
    auth.clock.advance(10)
    assert await _is_refused(vouching, token)


async def test_after_the_bus_was_away_everything_is_asked_anew(auth: Auth) -> None:
    vouching, token = _vouching(auth), auth.make()
    await vouching.for_token(token)
    auth.reconnects += 1
    await vouching.for_token(token)
    await vouching.for_token(token)
    assert len(auth.asked) == 2


async def test_auth_is_told_of_a_use_once_a_minute_and_what_failed_is_told_later(auth: Auth) -> None:
    vouching, token = _vouching(auth), auth.make()
    used = []
    for step in range(8):
        await vouching.for_token(token)
        auth.away = Unavailable("gone") if step == 0 else None
        await vouching.tell()
        auth.away = None
        used.append(len(auth.told))
        auth.clock.advance(20)
    assert used == [1, 2, 2, 2, 3, 3, 3, 4]
    before = len(auth.told)
    for _ in range(5):
        auth.clock.advance(60)
        await vouching.tell()
    assert len(auth.told) <= before + 1, "who is not there is not told of"
