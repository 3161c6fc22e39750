"""What the auth service says about personal tokens, and about sessions where no access token is shown.

It is remembered for half a minute, so that a busy script costs one question and the auth service may be away for a
moment. Whatever happens to a person is heard at once, and drops what is remembered of them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import structlog

from medianest_common.bus import Bus, Context, use
from medianest_common.clock import Clock, uuid7
from medianest_common.contracts.auth.tokens import CheckPersonalToken, CheckSession, TellTokensUsed, Vouched
from medianest_common.contracts.base import Query
from medianest_common.errors import MediaNestError, TimedOut, Unauthenticated, Unavailable
from medianest_common.security.personal_tokens import public_id_of

log = structlog.get_logger()

KEPT_SECONDS = 30.0
USE_TOLD_EVERY = timedelta(minutes=1)
_TELL_SECONDS = 5.0
_ASK_SECONDS = 2.0
_MOST = 4096
_MOST_AT_ONCE = 1000


class InvalidPersonalToken(Unauthenticated):
    """The one answer whatever is wrong: unknown, expired, revoked, of somebody who may not come in."""

    title = "This personal token is not valid, or no longer"


class NotVouchedFor(Unauthenticated):
    title = "The session has ended"


@dataclass(frozen=True, slots=True)
class _Answer:
    """`vouched` is None for what auth does not vouch for."""

    vouched: Vouched | None
    until: float


class Vouching:
    """`revoked` says whether a session or token was ended by its id; asked each time, whatever is remembered."""

    def __init__(self, bus: Bus, *, revoked: Callable[[UUID], bool], clock: Clock) -> None:
        self._bus = bus
        self._revoked = revoked
        self._clock = clock
        self._known: dict[bytes, _Answer] = {}
        self._refused: dict[bytes, _Answer] = {}
        """Apart, so that invented tokens cannot push out real ones."""
        self._asking: dict[bytes, asyncio.Task[_Answer]] = {}
        self._reconnects = bus.reconnects
        self._used: dict[UUID, datetime] = {}
        self._told: dict[UUID, datetime] = {}

    async def for_token(self, token: str) -> Vouched:
        """Raises `InvalidPersonalToken`; `Unavailable` when it is not remembered and auth does not answer."""
        digest = sha256(token.encode()).digest()
        answer = self._remembered(digest)
        if answer is None and (public_id := public_id_of(token)):
            answer = await self._ask(digest, CheckPersonalToken(public_id=public_id, token_hash=digest.hex()))
        vouched = self._still_good(answer)
        if vouched is None:
            raise InvalidPersonalToken("Make a new one, or check that it is written out in full.")
        self._used[vouched.session_id] = self._clock.now()
        return vouched

    async def for_session(self, session_id: UUID, *, user_id: UUID) -> Vouched:
        """Raises `NotVouchedFor`; `Unavailable` as above."""
        key = session_id.bytes + user_id.bytes
        answer = self._remembered(key)
        if answer is None:
            answer = await self._ask(key, CheckSession(session_id=session_id, user_id=user_id))
        vouched = self._still_good(answer)
        if vouched is None:
            raise NotVouchedFor("Sign in again.")
        return vouched

    def forget(self, user_id: UUID) -> None:
        """Something about this person is different now. What is being asked at this moment may be older than that."""
        self._known = {
            key: answer
            for key, answer in self._known.items()
            if answer.vouched and answer.vouched.user_id != user_id
        }
        self._refused.clear()
        self._asking.clear()

    def forget_all(self) -> None:
        self._known.clear()
        self._refused.clear()
        self._asking.clear()

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[None]:
        """Auth is told now and then which tokens are in use, for as long as the block lasts and once at its end."""
        task = asyncio.create_task(self._keep_telling())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self.tell()

    async def tell(self) -> None:
        """At most once a minute of each token. What cannot be told now is told later, or not at all."""
        due = {
            token: at
            for token, at in self._used.items()
            if token not in self._told or at - self._told[token] >= USE_TOLD_EVERY
        }
        due = dict(list(due.items())[:_MOST_AT_ONCE])
        if not due:
            return
        try:
            with use(Context(correlation_id=str(uuid7()))):
                await self._bus.call(TellTokensUsed(used=due), timeout=_ASK_SECONDS)
        except MediaNestError as error:
            log.debug("token_use_not_told", reason=error.code)
            return
        self._told |= due
        horizon = self._clock.now() - USE_TOLD_EVERY
        self._told = {token: at for token, at in self._told.items() if at > horizon}
        self._used = {token: at for token, at in self._used.items() if self._told.get(token) != at}

    async def _keep_telling(self) -> None:
        while True:
            await asyncio.sleep(_TELL_SECONDS)
            await self.tell()

    def _remembered(self, key: bytes) -> _Answer | None:
        if self._bus.reconnects != self._reconnects:
            # What happened while the bus was away was not heard.
            self._reconnects = self._bus.reconnects
            self.forget_all()
        answer = self._known.get(key) or self._refused.get(key)
        return answer if answer and answer.until > self._clock.monotonic() else None

    def _still_good(self, answer: _Answer | None) -> Vouched | None:
        vouched = answer.vouched if answer else None
        if vouched and (self._revoked(vouched.session_id) or vouched.expires_at <= self._clock.now()):
            return None
        return vouched

    async def _ask(self, key: bytes, query: Query[Vouched]) -> _Answer:
        """All who want to know at the same time share one question, which goes on when the first of them leaves."""
        asking = self._asking.get(key)
        if asking is None:
            asking = self._asking[key] = asyncio.create_task(self._fetch(query))
            asking.add_done_callback(lambda done: self._answered(key, done))
        return await asyncio.shield(asking)

    async def _fetch(self, query: Query[Vouched]) -> _Answer:
        vouched = None
        try:
            with use(Context(correlation_id=str(uuid7()))):
                vouched = await self._bus.call(query, timeout=_ASK_SECONDS)
        except TimedOut as error:
            raise Unavailable("This cannot be checked right now.", retry_after=2) from error
        except MediaNestError as error:
            if error.status != 401:
                raise
        return _Answer(vouched, until=self._clock.monotonic() + KEPT_SECONDS)

    def _answered(self, key: bytes, asked: "asyncio.Task[_Answer]") -> None:
        if self._asking.get(key) is not asked:
            # Meanwhile something happened to somebody; the answer is good for those who wait and no longer.
            _ = asked.cancelled() or asked.exception()
            return
        del self._asking[key]
        if asked.cancelled() or asked.exception() is not None:
            return
        answer = asked.result()
        _remember(self._known if answer.vouched else self._refused, key, answer)


def _remember(answers: dict[bytes, _Answer], key: bytes, answer: _Answer) -> None:
    """The newest stay."""
    answers.pop(key, None)
    if len(answers) >= _MOST:
        del answers[next(iter(answers))]
    answers[key] = answer
