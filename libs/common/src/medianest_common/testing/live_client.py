"""A client of the live socket that does what a good client must: resume, come back, notice gaps and silence.

The same rules as those of the page's own, `clients/typescript`, but for waits that suit tests.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from medianest_common.contracts.live import (
    SUBPROTOCOL,
    AuthOk,
    Bye,
    CloseCode,
    EventFrame,
    Gap,
    LiveFrame,
    Snapshot,
)

FINAL = {CloseCode.BAD_MESSAGE, CloseCode.REVOKED, CloseCode.TOO_MANY}
"""After these a client does not come back by itself."""
_TIMEOUT = 60.0
_MISSED_HEARTBEATS = 2.2
_LEAST_SILENCE = 10.0
"""A machine with much to do may be late with a short heartbeat."""

type FetchTicket = Callable[[], Awaitable[str]]


@dataclass
class LiveClient:
    """Shows a ticket and an origin like a browser, or a Bearer `token` like a native client.

    Use it as `async with LiveClient(…) as live`. `events` holds every durable frame once, in the order of arrival,
    across all reconnects.
    """

    url: str
    ticket: FetchTicket | None = None
    token: str | None = None
    origin: str | None = None
    epoch: str | None = None
    last_seq: int | None = None
    reconnect: bool = True
    first_wait: float = 0.05
    longest_wait: float = 2.0
    """Seconds at most before coming back, twice as many each time that nobody said welcome; any share of them."""
    patient: bool = False
    """Whether to stay away as long as the server asks."""
    options: dict[str, Any] = field(default_factory=dict)
    """Passed on to `websockets.connect`."""

    events: list[EventFrame] = field(default_factory=list)
    states: list[LiveFrame] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    shown: dict[str, LiveFrame] = field(default_factory=dict)
    """The passing states as a page would show them now, by key."""
    gaps: list[Gap] = field(default_factory=list)
    welcomes: list[AuthOk] = field(default_factory=list)
    goodbyes: list[Bye] = field(default_factory=list)
    pings: int = 0
    frames: list[dict[str, Any]] = field(default_factory=list)
    """All of them, as they came."""
    holes: list[tuple[int, int]] = field(default_factory=list)
    """Where a number came that does not follow the last one. There should be none; it resumes from the last one."""
    close_codes: list[int] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    """HTTP statuses of upgrades that were turned down."""
    socket: ClientConnection | None = None
    _heartbeat: float = 25.0
    _running: asyncio.Task[None] | None = None
    _asked: set[int] = field(default_factory=set)

    @property
    def seqs(self) -> list[int]:
        return [event.seq for event in self.events]

    async def __aenter__(self) -> Self:
        """Returns once the server has said where things stand."""
        self._running = asyncio.create_task(self.run())
        try:
            await self._until(lambda: self.welcomes, within=_TIMEOUT)
        except TimeoutError:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def event(self, type: str, *, within: float = 20) -> dict[str, Any]:
        """The first event of this type that was not asked for before, as it would look in JSON."""
        found = await self._until(lambda: self._unasked(type), within=within)
        self._asked.add(found.seq)
        return found.model_dump(mode="json")

    async def closed(self, *, within: float = 20) -> int:
        """The close code of the latest connection that ended."""
        await self._until(lambda: self.close_codes, within=within)
        return self.close_codes[-1]

    def _unasked(self, type: str) -> EventFrame | None:
        return next((e for e in self.events if e.type == type and e.seq not in self._asked), None)

    async def _until[T](self, probe: Callable[[], T | None], *, within: float) -> T:
        deadline = asyncio.get_running_loop().time() + within
        while not (found := probe()):
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError(f"{self} still waits after {within} s")
            await asyncio.sleep(0.01)
        return found

    async def run(self) -> None:
        """Until a final close code, or for ever."""
        failures = 0
        while True:
            welcomed, dismissed = len(self.welcomes), len(self.goodbyes)
            try:
                await self._one_connection()
            except InvalidStatus as error:
                self.refusals.append(error.response.status_code)
            except (OSError, TimeoutError, ConnectionClosed):
                pass
            finally:
                self.socket = None
            if not self.reconnect or (self.close_codes and self.close_codes[-1] in FINAL):
                return
            failures = 0 if len(self.welcomes) > welcomed else min(failures + 1, 16)
            wait = random.uniform(0, min(self.longest_wait, self.first_wait * 2**failures))
            asked = self.goodbyes[-1].retry_ms if len(self.goodbyes) > dismissed else None
            await asyncio.sleep(asked / 1000 if self.patient and asked is not None else wait)

    def drop(self) -> None:
        """Vanish without a word, as when the network goes."""
        if self.socket is not None:
            self.socket.transport.abort()

    async def _one_connection(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else None
        url = self.url
        if self.token and self.last_seq is not None:
            url = f"{url}?epoch={self.epoch}&lastSeq={self.last_seq}"
        async with connect(
            url,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            origin=Origin(self.origin) if self.origin else None,
            additional_headers=headers,
            open_timeout=_TIMEOUT,
            close_timeout=1,
            proxy=None,
            **self.options,
        ) as socket:
            self.socket = socket
            if self.ticket is not None:
                position = {"epoch": self.epoch, "lastSeq": self.last_seq}
                await socket.send(json.dumps({"t": "auth", "ticket": await self.ticket(), **position}))
            try:
                while True:
                    # Silence for so long means that nobody is there any more, whatever the connection looks like.
                    async with asyncio.timeout(max(_MISSED_HEARTBEATS * self._heartbeat, _LEAST_SILENCE)):
                        message = await socket.recv()
                    await self._take(json.loads(message), socket)
            finally:
                if socket.close_code is not None:
                    self.close_codes.append(socket.close_code)

    async def _take(self, frame: dict[str, Any], socket: ClientConnection) -> None:
        self.frames.append(frame)
        match frame["t"]:
            case "hello":
                self._heartbeat = frame["heartbeatMs"] / 1000
            case "event":
                self._take_event(EventFrame.model_validate(frame))
            case "live":
                state = LiveFrame.model_validate(frame)
                self.states.append(state)
                self.shown[state.key] = state
            case "snapshot":
                self._take_snapshot(Snapshot.model_validate(frame))
            case "auth_ok":
                welcome = AuthOk.model_validate(frame)
                self.welcomes.append(welcome)
                if self.last_seq is None:
                    self.last_seq = welcome.head
                    self.epoch = welcome.epoch
            case "gap":
                gap = Gap.model_validate(frame)
                self.gaps.append(gap)
                self.epoch, self.last_seq = gap.epoch, gap.head
            case "bye":
                self.goodbyes.append(Bye.model_validate(frame))
            case "ping":
                self.pings += 1
                await socket.send('{"t":"pong"}')

    def _take_snapshot(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)
        if snapshot.complete:
            self.shown = {key: state for key, state in self.shown.items() if state.type != snapshot.type}
        self.shown.update({state.key: state for state in snapshot.states})

    def _take_event(self, event: EventFrame) -> None:
        if self.last_seq is not None and event.seq <= self.last_seq:
            return
        if self.last_seq is not None and event.seq > self.last_seq + 1:
            self.holes.append((self.last_seq, event.seq))
            raise ConnectionError("A number is missing.")
        self.events.append(event)
        self.last_seq = event.seq
