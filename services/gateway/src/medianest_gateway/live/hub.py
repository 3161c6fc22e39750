"""All open streams of this process, and what is pushed to them."""

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

import structlog

from medianest_common import tracing
from medianest_common.bus import Bus
from medianest_common.clock import Clock
from medianest_common.contracts.auth import RevocationReason, SessionRevoked
from medianest_common.contracts.live import CloseCode
from medianest_common.contracts.notifications import PUSH_ADMINS, PUSH_ALL, ReadInboxHeads
from medianest_common.errors import MediaNestError, TooManyRequests, Unavailable
from medianest_gateway.live import metrics
from medianest_gateway.live.admission import Admission
from medianest_gateway.live.connection import Connection, Wire
from medianest_gateway.live.limits import Limits
from medianest_gateway.live.snapshots import Snapshots

log = structlog.get_logger()
_levels = logging.getLogger(__name__)

TICK_SECONDS = 1.0
_AT_ONCE = 500
_ENDED = "You were signed out."
_STALE = "Your role has changed."


class Hub:
    """`ended` says whether the session behind an admission is over, `stale` whether it was made under another role;
    asked at the door, and again with every ping in case the word of it was lost."""

    def __init__(
        self,
        bus: Bus,
        *,
        clock: Clock,
        limits: Limits | None = None,
        ended: Callable[[Admission], bool] = lambda _: False,
        stale: Callable[[Admission], bool] = lambda _: False,
    ) -> None:
        self.bus = bus
        self.clock = clock
        self.limits = limits or Limits()
        self.ended = ended
        self.stale = stale
        self._snapshots = Snapshots(bus)
        self._people: dict[str, list[Connection]] = {}
        self._addresses: dict[str, int] = {}
        self._leaving = False

    def __len__(self) -> int:
        return sum(map(len, self._people.values()))

    def take_place(self, address: str) -> None:
        """Counts a stream from before its client has said who it is, until its place is given back.

        Raises `TooManyRequests` for an address with too many already, `Unavailable` when the node is full or leaving.
        """
        if self._leaving or sum(self._addresses.values()) >= self.limits.in_all:
            raise Unavailable("No more live connections here. Try again in a moment.", retry_after=5)
        if self._addresses.get(address, 0) >= self.limits.per_address:
            raise TooManyRequests("Too many live connections from this address.", retry_after=30)
        self._addresses[address] = self._addresses.get(address, 0) + 1

    def give_back(self, address: str) -> None:
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]

    def join(self, wire: Wire, admission: Admission, abandon: Callable[[], None]) -> Connection:
        """A stream that is given what is pushed until it parts. `abandon` must make it part."""
        connection = Connection(
            wire,
            admission,
            bus=self.bus,
            clock=self.clock,
            limits=self.limits,
            abandon=abandon,
            snapshots=self._snapshots,
        )
        self._make_room(connection)
        metrics.OPEN.inc()
        return connection

    async def part(self, connection: Connection) -> None:
        metrics.OPEN.dec()
        person = connection.admission.caller.user_id.hex
        self._people[person].remove(connection)
        if not self._people[person]:
            del self._people[person]
        await connection.end()

    async def begin(self, connection: Connection, *, epoch: str | None, last_seq: int | None) -> None:
        """As the connection does; without an inbox it ends."""
        try:
            await connection.begin(epoch=epoch, last_seq=last_seq)
        except MediaNestError:
            await connection.finish(CloseCode.INTERNAL, "The inbox is not available right now.")

    def _make_room(self, connection: Connection) -> None:
        mine = self._people.setdefault(connection.admission.caller.user_id.hex, [])
        alive = [other for other in mine if other.ending is None]
        if len(alive) >= self.limits.per_user:
            alive[0].close(CloseCode.TOO_MANY, f"More than {self.limits.per_user} live connections.")
        mine.append(connection)

    async def hear(self, subject: str, body: bytes) -> None:
        """A frame was pushed on the bus, for one person, for administrators or for all. What is none is left out."""
        audience = self._audience(subject)
        if not audience:
            return
        try:
            frame, text = json.loads(body), body.decode()
            if frame["t"] == "event":
                show = partial(Connection.event, seq=int(frame["seq"]), text=text)
            elif frame["t"] == "renew":
                show = partial(Connection.renew_states, type=str(frame["type"]))
            else:
                show = partial(Connection.state, type=str(frame["type"]), key=str(frame["key"]), text=text)
        except (ValueError, KeyError, TypeError) as error:
            log.warning("live_frame_unreadable", subject=subject, error=type(error).__name__)
            return
        with tracing.step("live frame", "producer", {"medianest.sockets": len(audience)}):
            for number, connection in enumerate(audience, start=1):
                show(connection)
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)
        if _levels.isEnabledFor(logging.DEBUG):
            log.debug("live_frame_shown", type=frame.get("type"), sockets=len(audience))

    def _audience(self, subject: str) -> Sequence[Connection]:
        if subject == PUSH_ALL:
            return self._all()
        if subject == PUSH_ADMINS:
            return [each for each in self._all() if each.admission.caller.is_admin]
        return list(self._people.get(subject.rpartition(".")[2], ()))

    async def revoke(self, event: SessionRevoked) -> None:
        """Close what rests on a session that is over."""
        for connection in list(self._people.get(event.user_id.hex, [])):
            admission = connection.admission
            version = admission.permissions_version
            if event.session_id is not None:
                over = admission.caller.session_id == event.session_id
            elif event.permissions_version is not None and version is not None:
                over = version < event.permissions_version
            else:
                over = admission.issued_at < event.not_before
            if not over:
                continue
            if event.reason is RevocationReason.ROLE_CHANGED:
                # The session goes on; only what it may do is different.
                connection.close(CloseCode.EXPIRED, _STALE)
            else:
                connection.close(CloseCode.REVOKED, _ENDED)

    def look_again(self) -> None:
        """Something was revoked, and its event did not come through."""
        for connection in self._all():
            self._is_over(connection)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator["Hub"]:
        """Keeps streams alive and honest for as long as the block lasts."""
        watch = asyncio.create_task(self._watch())
        try:
            yield self
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
            await self.drain()
            await self._snapshots.aclose()

    async def drain(self) -> None:
        """Send everyone away, to come back spread over some seconds; nobody is let in any more."""
        self._leaving = True
        for connection in self._all():
            connection.close(CloseCode.GOING_AWAY, "The server restarts.")
        try:
            async with asyncio.timeout(self.limits.close_seconds):
                while self._people:
                    await asyncio.sleep(0.01)
        except TimeoutError:
            log.warning("live_clients_left_behind", connections=len(self))

    def _all(self) -> list[Connection]:
        return [connection for mine in self._people.values() for connection in mine]

    async def _watch(self) -> None:
        compared_at = self.bus.reconnects
        while True:
            await asyncio.sleep(TICK_SECONDS * random.uniform(0.9, 1.1))  # noqa: S311
            try:
                reconnects = self.bus.reconnects
                pinged = self._tick()
                # While the bus was away anything may have been missed, so nobody waits for his turn.
                if await self._compare(pinged if reconnects == compared_at else self._all()):
                    compared_at = reconnects
            except Exception:
                log.exception("live_watch_failed")

    def _tick(self) -> list[Connection]:
        now = self.clock.now()
        pinged = []
        for connection in self._all():
            if not connection.tick(now):
                continue
            if not self._is_over(connection):
                pinged.append(connection)
        return pinged

    def _is_over(self, connection: Connection) -> bool:
        """And if so, closes it."""
        if self.ended(connection.admission):
            connection.close(CloseCode.REVOKED, _ENDED)
        elif self.stale(connection.admission):
            connection.close(CloseCode.EXPIRED, _STALE)
        else:
            return False
        return True

    async def _compare(self, connections: Sequence[Connection]) -> bool:
        """Whether the inboxes could be asked how far they have got."""
        people = list({connection.admission.caller.user_id for connection in connections})
        heads: dict[UUID, int] = {}
        epoch = ""
        for start in range(0, len(people), _AT_ONCE):
            query = ReadInboxHeads(user_ids=people[start : start + _AT_ONCE])
            try:
                answer = await self.bus.call(query, timeout=3)
            except MediaNestError as error:
                log.debug("live_heads_unknown", error=error.code)
                return False
            heads |= answer.heads
            epoch = answer.epoch
        for connection in connections:
            connection.compare(epoch=epoch, head=heads.get(connection.admission.caller.user_id, 0))
        return True
