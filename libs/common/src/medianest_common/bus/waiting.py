"""What lies on the bus and is not yet done, for whoever has to keep it: jobs, events that somebody has still to hear,
and dead letters."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import nats.errors
from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo, RawStreamMsg, StreamState
from nats.js.errors import APIError, NotFoundError

from medianest_common.bus.dead_letters import headers_as_sent
from medianest_common.bus.topology import DEAD_LETTERS, EVERY_DEAD_LETTER, event_stream, job_stream
from medianest_common.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as it was published. `seq` is its place on its stream."""

    seq: int
    subject: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reader:
    """A durable consumer. Everything up to `done` is behind it."""

    stream: str
    durable: str
    subject: str
    done: int

    @property
    def service(self) -> str:
        return self.durable.partition("__")[0]


class WaitingWork:
    """Raises `Unavailable` while the bus cannot be asked."""

    def __init__(self, js: JetStreamContext, *, services: Sequence[str]) -> None:
        self._js = js
        self._services = services
        self.readers: list[Reader] = []
        """Of all events, as `follow_readers` found them."""
        self.dead_letters: list[Stored] = []
        """As `follow_dead_letters` found them."""
        self._followed: dict[str, int] = {}
        self._jobs: dict[str, dict[int, Stored]] = {job_stream(service): {} for service in services}

    async def last(self) -> dict[str, int]:
        """The place of the newest message of each stream. What was published in between shows as a difference."""
        return {name: state.last_seq for name, state in (await self._states()).items()}

    async def follow_jobs(self) -> dict[str, int]:
        """Read the jobs that came since the last time, and let go of those that are done. Returns the places up to
        which all streams were looked at."""
        states = await self._states()
        for stream, jobs in self._jobs.items():
            if stream not in states:
                continue
            start, state = self._followed.get(stream, 0), states[stream]
            async for job in self._between(stream, ">", after=start, up_to=state.last_seq):
                jobs[job.seq] = job
            self._followed[stream] = state.last_seq
            # Work that is done is taken off its stream.
            self._jobs[stream] = {seq: job for seq, job in jobs.items() if seq >= state.first_seq}
        return {name: state.last_seq for name, state in states.items()}

    def is_followed(self, last: dict[str, int]) -> bool:
        """Whether neither a job nor a dead letter has come since."""
        return all(self._followed.get(name, 0) == last.get(name, 0) for name in (*self._jobs, DEAD_LETTERS))

    @property
    def jobs(self) -> list[Stored]:
        """Some of them may be done by now: a job looks before it acts."""
        return [job for jobs in self._jobs.values() for job in jobs.values()]

    async def follow_readers(self) -> None:
        """Find out how far those who hear events are, at least: what is published from here on they have not heard."""
        last = await self.last()
        readers: list[Reader] = []
        for stream in map(event_stream, self._services):
            if stream not in last:
                continue
            try:
                found = await self._js.consumers_info(stream)
            except (nats.errors.Error, APIError, OSError) as error:
                raise Unavailable("The message bus is not reachable.", retry_after=2) from error
            readers.extend(
                Reader(stream=stream, durable=info.name, subject=subject, done=_done(info, last[stream]))
                for info in found
                if info.config.durable_name and (subject := info.config.filter_subject)
            )
        self.readers = readers

    async def unheard(self, reader: Reader, *, up_to: dict[str, int]) -> list[Stored]:
        """What this one may not have dealt with; some of it was, out of order."""
        last = up_to[reader.stream]
        return [e async for e in self._between(reader.stream, reader.subject, after=reader.done, up_to=last)]

    async def follow_dead_letters(self) -> None:
        """Read those that came since the last time. One that is settled meanwhile stays; its row says so."""
        if (state := (await self._states()).get(DEAD_LETTERS)) is None:
            return
        start = self._followed.get(DEAD_LETTERS, 0)
        async for letter in self._between(DEAD_LETTERS, EVERY_DEAD_LETTER, after=start, up_to=state.last_seq):
            self.dead_letters.append(letter)
        self._followed[DEAD_LETTERS] = state.last_seq

    async def _states(self) -> dict[str, StreamState]:
        try:
            infos = await self._js.streams_info()
        except (nats.errors.Error, APIError, OSError) as error:
            raise Unavailable("The message bus is not reachable.", retry_after=2) from error
        return {str(info.config.name): info.state for info in infos}

    async def _between(self, stream: str, subject: str, *, after: int, up_to: int) -> AsyncIterator[Stored]:
        seq = after + 1
        while seq <= up_to:
            try:
                found = await self._js.get_msg(stream, seq=seq, subject=subject, next=True)
            except NotFoundError:
                return
            except (nats.errors.Error, APIError, OSError) as error:
                raise Unavailable("The message bus is not reachable.", retry_after=2) from error
            if found.seq is None or found.seq > up_to:
                return
            yield _stored(found)
            seq = found.seq + 1


def _done(info: ConsumerInfo, last: int) -> int:
    """One whose subject is rare stands where it was heard last, however long ago that is."""
    if not info.num_pending and not info.num_ack_pending:
        return last
    return info.ack_floor.stream_seq if info.ack_floor else 0


def _stored(found: RawStreamMsg) -> Stored:
    return Stored(
        seq=found.seq or 0,
        subject=found.subject or "",
        headers=headers_as_sent(found.hdrs),
        body=found.data or b"",
    )
