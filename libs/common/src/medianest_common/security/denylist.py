"""Access tokens that are dead before their time, kept in Valkey for gateways that were not listening.

The event `SessionRevoked` is the fast way and PostgreSQL the truth. This list is read at start and after a lost
connection; the auth service writes it again from PostgreSQL when it has vanished.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

from medianest_common.clock import Clock

DENY_FOR = timedelta(minutes=11, seconds=5)
"""Longer than any access token lives, leeway included."""

_KEY = "deny"
_COMPLETE = b"complete"
_FAR_FUTURE = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Denied:
    """`sessions` are dead until the time given; of `users`, tokens made before the first time, until the second; of
    `versions`, tokens with a lower permissions version, likewise.

    `complete` is False when the list was lost and nobody has written it again: try once more in a few seconds.
    """

    sessions: dict[UUID, datetime] = field(default_factory=dict)
    users: dict[UUID, tuple[datetime, datetime]] = field(default_factory=dict)
    versions: dict[UUID, tuple[int, datetime]] = field(default_factory=dict)
    complete: bool = False


class DenyList:
    """Raises `RedisError` when Valkey is away; every caller has another way to learn the same."""

    def __init__(self, valkey: Redis, *, clock: Clock) -> None:
        self._valkey = valkey
        self._clock = clock

    async def deny_session(self, session_id: UUID, *, until: datetime) -> None:
        await self._add({f"s:{session_id.hex}": until.timestamp()})

    async def deny_user(self, user_id: UUID, *, not_before: datetime, until: datetime) -> None:
        """Tokens of this user made before `not_before` are dead."""
        await self._add({f"u:{user_id.hex}:{not_before.timestamp():.6f}": until.timestamp()})

    async def deny_versions_below(self, user_id: UUID, version: int, *, until: datetime) -> None:
        await self._add({f"v:{user_id.hex}:{version}": until.timestamp()})

    async def restore(
        self,
        sessions: dict[UUID, datetime],
        versions: dict[UUID, tuple[int, datetime]] | None = None,
        users: dict[UUID, tuple[datetime, datetime]] | None = None,
    ) -> None:
        """Write everything that must be there, from the truth, and say that it is complete."""
        members = {f"s:{session_id.hex}": until.timestamp() for session_id, until in sessions.items()}
        for user_id, (version, until) in (versions or {}).items():
            members[f"v:{user_id.hex}:{version}"] = until.timestamp()
        for user_id, (not_before, until) in (users or {}).items():
            members[f"u:{user_id.hex}:{not_before.timestamp():.6f}"] = until.timestamp()
        await self._add({**members, _COMPLETE.decode(): _FAR_FUTURE})

    async def load(self) -> Denied:
        now = self._clock.now().timestamp()
        rows: Any = await self._valkey.zrangebyscore(_KEY, now, "+inf", withscores=True)
        denied = Denied(complete=any(member == _COMPLETE for member, _ in rows))
        for member, score in rows:
            kind, _, rest = member.decode().partition(":")
            until = datetime.fromtimestamp(score, UTC)
            if kind == "s":
                denied.sessions[UUID(hex=rest)] = until
            elif kind == "v":
                user, _, version = rest.partition(":")
                found = (int(version), until)
                denied.versions[UUID(hex=user)] = max(found, denied.versions.get(UUID(hex=user), found))
            elif kind == "u":
                user, _, made = rest.partition(":")
                earlier = denied.users.get(UUID(hex=user))
                not_before = datetime.fromtimestamp(float(made), UTC)
                if earlier is None or earlier[0] < not_before:
                    denied.users[UUID(hex=user)] = (not_before, until)
        return denied

    async def _add(self, members: dict[str, float]) -> None:
        async with self._valkey.pipeline(transaction=True) as pipeline:
            pipeline.zadd(_KEY, members)
            pipeline.zremrangebyscore(_KEY, "-inf", f"({self._clock.now().timestamp()}")
            await pipeline.execute()
