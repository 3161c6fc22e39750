"""One open stream to one client, whatever carries it."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from medianest_common.bus import Bus, Context, use
from medianest_common.clock import Clock, uuid7
from medianest_common.contracts.base import Contract
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.live import AuthOk, Bye, CloseCode, EventFrame, Gap, Ping, RefreshSoon
from medianest_common.contracts.notifications import InboxReplay, ReplayInbox
from medianest_common.errors import MediaNestError
from medianest_gateway.live import metrics
from medianest_gateway.live.admission import Admission
from medianest_gateway.live.limits import Limits
from medianest_gateway.live.outgoing import Outgoing
from medianest_gateway.live.sequence import Sequence
from medianest_gateway.live.snapshots import Snapshots

log = structlog.get_logger()

PING = Ping().model_dump_json()
TOO_SLOW = "You read too slowly. Come back; nothing is lost."
_ASK_SECONDS = 3.0
_LONGEST_WAIT = 10.0
_COMES_BACK = {
    CloseCode.GOING_AWAY,
    CloseCode.EXPIRED,
    CloseCode.TIMED_OUT,
    CloseCode.SLOW,
    CloseCode.INTERNAL,
}


class Wire(Protocol):
    """What carries the frames. `answers` says whether the client can answer pings."""

    @property
    def answers(self) -> bool: ...

    @property
    def at_once(self) -> Callable[[str], None] | None:
        """`send` without waiting, where there is room at this moment. Raises OSError when the client is gone."""
        ...

    async def send(self, text: str) -> None:
        """Raises OSError when the client is gone."""
        ...

    async def close(self, code: int, reason: str) -> None: ...


class Connection:
    """Everything is put into a bounded line, and leaves it at once; where the client has to be waited for, by a task.

    Durable frames leave in sequence: what arrives out of order waits, what does not arrive is fetched. `abandon` ends
    the stream, in case the client does not let itself be told goodbye.
    """

    __slots__ = (
        "_abandon",
        "_awaited",
        "_bus",
        "_clock",
        "_epoch",
        "_fetching",
        "_goodbye",
        "_heard_at",
        "_held",
        "_limits",
        "_next_ping",
        "_other_epoch",
        "_out",
        "_pump",
        "_replaying",
        "_sequence",
        "_snapshots",
        "_warned",
        "_wire",
        "admission",
        "ending",
    )

    def __init__(
        self,
        wire: Wire,
        admission: Admission,
        *,
        bus: Bus,
        clock: Clock,
        limits: Limits,
        abandon: Callable[[], Any],
        snapshots: Snapshots,
    ) -> None:
        self.admission = admission
        self.ending: CloseCode | None = None
        self._wire = wire
        self._bus = bus
        self._clock = clock
        self._limits = limits
        self._abandon = abandon
        self._snapshots = snapshots
        self._held: dict[str, dict[str, str]] = {}
        """By type, the states that came before their snapshot."""
        self._awaited: Counter[str] = Counter()
        """By type, how many snapshots are still to come."""
        self._out = Outgoing(limits, wake=self._wake)
        self._sequence = Sequence()
        self._epoch: str | None = None
        self._other_epoch = False
        self._replaying = asyncio.Lock()
        self._pump: asyncio.Task[None] | None = None
        self._fetching: asyncio.Task[None] | None = None
        self._goodbye: asyncio.Task[None] | None = None
        self._warned = False
        self._heard_at = clock.monotonic()
        self._next_ping = self._heard_at + random.uniform(0.5, 1.0) * limits.heartbeat  # noqa: S311

    async def begin(self, *, epoch: str | None, last_seq: int | None) -> None:
        """Say where things stand and send all that the client has missed. Frames pushed meanwhile wait their turn.

        Raises what the notifications service answers with.
        """
        async with self._replaying:
            replay = await self._ask(epoch, last_seq)
            self._sequence.restart(replay.head if last_seq is None else last_seq)
            caller = self.admission.caller
            ok = AuthOk(user_id=caller.user_id, epoch=replay.epoch, head=replay.head, unread=replay.unread)
            self.say(ok)
            await self._deliver(replay)
        self._snapshots.show_to(self)
        self._catch_up(after=0)

    @property
    def caller(self) -> Caller:
        return self.admission.caller

    def event(self, seq: int, text: str) -> None:
        """A durable frame was pushed."""
        self._sequence.hold(seq, text)
        if self._replaying.locked() or self._epoch is None:
            return
        self._send_ready()
        self._catch_up()

    def state(self, type: str, key: str, text: str) -> None:
        """A passing state was pushed."""
        if self._epoch is None or self.ending is not None:
            return
        held = self._held.get(type)
        if held is None:
            self._put_state(key, text, type=type)
        elif key in held or len(held) < self._limits.waiting_topics:
            held[key] = text

    def renew_states(self, type: str) -> None:
        """What was said of this type so far may not be theirs any more."""
        if self._epoch is None or self.ending is not None:
            return
        if type in self._held:
            self._held[type].clear()
        self._out.drop_states(type)
        self._snapshots.show_to(self, type=type)

    def expect(self, type: str) -> None:
        self._held.setdefault(type, {})
        self._awaited[type] += 1

    def show(self, type: str, snapshot: str | None) -> None:
        self._awaited[type] -= 1
        if self.ending is None and snapshot is not None:
            self._put_state(f"snapshot:{type}", snapshot, type=type, at_once=True)
        if self._awaited[type] > 0:
            return
        for key, text in self._held.pop(type, {}).items():
            self._put_state(key, text, type=type)

    def say(self, frame: Contract) -> None:
        self.say_text(frame.model_dump_json())

    def say_text(self, text: str) -> None:
        if self.ending is None and not self._out.put(text):
            self.close(CloseCode.SLOW, TOO_SLOW)

    def _put_state(self, key: str, text: str, *, type: str, at_once: bool = False) -> None:
        if self.ending is None and not self._out.put_state(key, text, type=type, at_once=at_once):
            self.close(CloseCode.SLOW, TOO_SLOW)

    def compare(self, *, epoch: str, head: int) -> None:
        """Where the inbox stands: whatever is missing here was lost on the way and is fetched."""
        if self._epoch is None or self.ending is not None:
            return
        self._other_epoch = epoch != self._epoch
        self._sequence.learn(head)
        self._catch_up()

    def heard(self) -> None:
        """The client said something, so it is alive."""
        self._heard_at = self._clock.monotonic()

    def renew(self, admission: Admission) -> None:
        self.admission = admission
        self._warned = False

    def tick(self, now: datetime) -> bool:
        """Once a second: warn, expire, ping. Returns whether it was time to ping."""
        if self.ending is not None:
            return False
        expires = self.admission.expires_at
        if now >= expires + timedelta(seconds=self._limits.grace_seconds):
            self.close(CloseCode.EXPIRED, "The sign-in has expired.")
            return False
        if not self._warned and now >= expires - timedelta(seconds=self._limits.refresh_ahead):
            self._warned = True
            self.say(RefreshSoon(expires_at=expires))
        monotonic = self._clock.monotonic()
        if monotonic < self._next_ping:
            return False
        self._next_ping = monotonic + self._limits.heartbeat
        if self._wire.answers and monotonic - self._heard_at > 2.2 * self._limits.heartbeat:
            self.close(CloseCode.TIMED_OUT, "Two pings were not answered.")
            return False
        self._out.forget_old_topics()
        self.say_text(PING)
        return True

    def close(self, code: CloseCode, reason: str) -> None:
        """Say goodbye and end; the first reason given counts."""
        if self.ending is not None:
            return
        self.ending = code
        metrics.CLOSED.labels(str(int(code))).inc()
        self._out.clear()
        self._goodbye = asyncio.create_task(self._say_goodbye(code, reason))

    async def finish(self, code: CloseCode, reason: str) -> None:
        """Like `close`, for the one who reads: returns when goodbye has been said, or cannot be."""
        self.close(code, reason)
        if self._goodbye is not None:
            await asyncio.wait({self._goodbye})

    async def end(self) -> None:
        """The client is gone, or has been told to go: leave nothing running."""
        self.ending = self.ending or CloseCode.GOING_AWAY
        self._out.clear()
        self._held.clear()
        running = [task for task in (self._pump, self._fetching, self._goodbye) if task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _send_ready(self) -> None:
        for text in self._sequence.take():
            self.say_text(text)

    def _wake(self) -> None:
        if self._pump is not None or self.ending is not None:
            return
        try:
            while (write := self._wire.at_once) and (text := self._out.pop()) is not None:
                write(text)
        except OSError:
            self._abandon()
            return
        if self._out:
            self._pump = asyncio.create_task(self._send_all())

    async def _send_all(self) -> None:
        try:
            while (text := self._out.pop()) is not None:
                async with asyncio.timeout(self._limits.send_seconds):
                    await self._wire.send(text)
        except TimeoutError:
            self.close(CloseCode.SLOW, TOO_SLOW)
        except OSError:
            self._abandon()
        finally:
            self._pump = None

    async def _say_goodbye(self, code: CloseCode, reason: str) -> None:
        if self._pump is not None:
            self._pump.cancel()
        spread = self._limits.most_apart if code is CloseCode.GOING_AWAY else 1.0
        retry = round(random.uniform(0, spread) * 1000) if code in _COMES_BACK else None  # noqa: S311
        bye = Bye(code=int(code), reason=reason, retry_ms=retry)
        try:
            async with asyncio.timeout(self._limits.close_seconds):
                await self._wire.send(bye.model_dump_json())
                await self._wire.close(int(code), reason)
        except (OSError, TimeoutError):
            log.debug("live_client_gone", close_code=int(code))
        finally:
            self._abandon()

    def _catch_up(self, *, after: float | None = None) -> None:
        if self._fetching is None and self.ending is None and self._is_behind:
            wait = self._limits.reorder_seconds if after is None else after
            self._fetching = asyncio.create_task(self._fetch_missing(wait))

    @property
    def _is_behind(self) -> bool:
        return self._sequence.behind or self._other_epoch

    async def _fetch_missing(self, wait: float) -> None:
        try:
            while True:
                await asyncio.sleep(wait)
                async with self._replaying:
                    if not self._is_behind or self.ending is not None:
                        return
                    try:
                        replay = await self._ask(self._epoch, self._sequence.sent)
                    except MediaNestError as error:
                        wait = min(max(wait, self._limits.reorder_seconds) * 2, _LONGEST_WAIT)
                        log.warning("live_catch_up_failed", error=error.code, next_in=wait)
                        continue
                    metrics.FETCHED.inc()
                    await self._deliver(replay)
                    # The rest of a long absence needs no pause. What did not help is not asked for again soon.
                    wait = 0.0 if replay.items else _LONGEST_WAIT
        finally:
            self._fetching = None

    async def _deliver(self, replay: InboxReplay) -> None:
        """Runs under the lock, so that pushed frames cannot overtake."""
        self._epoch, self._other_epoch = replay.epoch, False
        self._sequence.learn(replay.head)
        if replay.gap:
            self._sequence.restart(replay.head)
            self.say(Gap(epoch=replay.epoch, head=replay.head, unread=replay.unread))
        for entry in replay.items:
            if entry.seq <= self._sequence.sent:
                continue
            text = EventFrame.of(entry).model_dump_json()
            if not await self._out.put_when_possible(text, timeout=self._limits.send_seconds):
                self.close(CloseCode.SLOW, TOO_SLOW)
            if self.ending is not None:
                return
            self._sequence.advance(entry.seq)
        self._send_ready()

    async def _ask(self, epoch: str | None, last_seq: int | None) -> InboxReplay:
        with use(Context(correlation_id=str(uuid7()), caller=self.admission.caller)):
            return await self._bus.call(ReplayInbox(epoch=epoch, last_seq=last_seq), timeout=_ASK_SECONDS)
