"""What people's dashboards showed last, for when nobody can say anything newer.

In this process, and in Valkey for the other replicas and for after a restart. Nothing here is ever shown to anybody
but the person it was kept for, in the role they had then.
"""

import struct
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from redis.asyncio import Redis

from medianest_common.clock import Clock
from medianest_common.contracts.identity import Caller
from medianest_common.valkey import Away, Reach

KEPT_SECONDS = 6 * 3600
_MOST = 2000
_LARGEST = 64 * 1024
_HEADER = struct.Struct(">d?")
_NEVER = datetime.min.replace(tzinfo=UTC)


class Whose(NamedTuple):
    """`seen_as` is what, besides who they are, decides what somebody is shown."""

    user_id: UUID
    seen_as: str

    @classmethod
    def of(cls, caller: Caller) -> "Whose":
        return cls(caller.user_id, f"{caller.role.value}:{'admin' if caller.is_admin else 'own'}")


@dataclass(frozen=True, slots=True)
class Answer:
    """`asked_at` is when it was asked for, which whatever was forgotten later is held against."""

    data: bytes
    asked_at: datetime
    as_of: datetime | None


class Kept:
    """`heard_since` is from when on nothing that hides something can have been missed; `guarded` parts that are older
    are not believed."""

    def __init__(
        self, valkey: Redis, *, clock: Clock, guarded: Iterable[str], heard_since: Callable[[], datetime]
    ) -> None:
        self._valkey = valkey
        self._clock = clock
        self._reach = Reach(clock=clock)
        self._guarded = frozenset(guarded)
        self._heard_since = heard_since
        self._known: OrderedDict[tuple[Whose, str], Answer] = OrderedDict()
        self._people: OrderedDict[UUID, datetime] = OrderedDict()
        self._parts: dict[str, datetime] = {}

    def find(self, whose: Whose, part: str) -> Answer | None:
        answer = self._known.get((whose, part))
        if answer is None or not self.is_believed(whose, part, answer.asked_at):
            return None
        self._known.move_to_end((whose, part))
        return answer

    def is_believed(self, whose: Whose, part: str, asked_at: datetime) -> bool:
        """Whether nothing has happened since then that should hide it."""
        limit = max(self._people.get(whose.user_id, _NEVER), self._parts.get(part, _NEVER))
        if part in self._guarded:
            limit = max(limit, self._heard_since())
        return asked_at > limit and (self._clock.now() - asked_at).total_seconds() < KEPT_SECONDS

    async def recall(self, whose: Whose, parts: Iterable[str]) -> None:
        """From Valkey, where this process knows nothing; without Valkey there is nothing to recall."""
        wanted = [part for part in parts if self.find(whose, part) is None]
        if not wanted:
            return
        names = [_field(whose, part) for part in wanted]
        try:
            found = await self._reach.ask(lambda: self._valkey.hmget(_key(whose.user_id), names))
        except Away:
            return
        for part, entry in zip(wanted, found, strict=True):
            answer = _read(entry) if isinstance(entry, bytes) else None
            if answer and self.is_believed(whose, part, answer.asked_at) and not self.find(whose, part):
                self._remember(whose, part, answer)

    async def keep(self, whose: Whose, part: str, answer: Answer) -> None:
        if len(answer.data) > _LARGEST or not self.is_believed(whose, part, answer.asked_at):
            return
        self._remember(whose, part, answer)
        key = _key(whose.user_id)
        pipeline = self._valkey.pipeline(transaction=False)
        pipeline.hset(key, _field(whose, part), _written(answer))
        pipeline.expire(key, KEPT_SECONDS)
        try:
            await self._reach.ask(pipeline.execute)
            if not self.is_believed(whose, part, answer.asked_at):
                # Forgotten while this was on its way.
                await self._reach.ask(lambda: self._valkey.delete(key))
        except Away:
            return

    async def drop(self, whose: Whose, part: str) -> None:
        """It was refused to this person, so they are not shown what it was before."""
        self._known.pop((whose, part), None)
        with suppress(Away):
            await self._reach.ask(lambda: self._valkey.hdel(_key(whose.user_id), _field(whose, part)))

    async def forget(self, user_id: UUID) -> bool:
        """All of one person, in whatever role; whether Valkey has forgotten it as well."""
        self._people[user_id] = self._clock.now()
        self._people.move_to_end(user_id)
        for key in [key for key in self._known if key[0].user_id == user_id]:
            del self._known[key]
        self._trim()
        try:
            await self._reach.ask(lambda: self._valkey.delete(_key(user_id)))
        except Away:
            return False
        return True

    def forget_parts(self, parts: Iterable[str]) -> None:
        """Of everybody."""
        now = self._clock.now()
        for part in parts:
            self._parts[part] = now
        self._known = OrderedDict(
            (key, answer) for key, answer in self._known.items() if self._parts.get(key[1]) != now
        )

    def _remember(self, whose: Whose, part: str, answer: Answer) -> None:
        self._known[whose, part] = answer
        self._known.move_to_end((whose, part))
        self._trim()

    def _trim(self) -> None:
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        while len(self._people) > _MOST:
            self._people.popitem(last=False)


def _key(user_id: UUID) -> str:
    return f"dashboard:{user_id}"


def _field(whose: Whose, part: str) -> str:
    return f"{whose.seen_as}:{part}"


def _written(answer: Answer) -> bytes:
    as_of = answer.as_of or answer.asked_at
    return (
        _HEADER.pack(answer.asked_at.timestamp(), answer.as_of is not None)
        + struct.pack(">d", as_of.timestamp())
        + answer.data
    )


def _read(entry: bytes) -> Answer | None:
    try:
        asked_at, has_as_of = _HEADER.unpack_from(entry)
        (as_of,) = struct.unpack_from(">d", entry, _HEADER.size)
    except struct.error:
        return None
    return Answer(
        data=entry[_HEADER.size + 8 :],
        asked_at=datetime.fromtimestamp(asked_at, UTC),
        as_of=datetime.fromtimestamp(as_of, UTC) if has_as_of else None,
    )
