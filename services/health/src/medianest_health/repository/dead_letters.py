"""Dead letters as administrators look for them, and of whose they have been told."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.contracts.health import queues
from medianest_common.contracts.health.queues import DeadLetterCount, DeadLetterFilter, DeadLetterState
from medianest_common.db import Repository
from medianest_health.models import DeadLetter, DeadLetterNotice

_WAITING = DeadLetterState.WAITING.value
_L = DeadLetter


class DeadLetters(Repository[DeadLetter]):
    model = DeadLetter

    async def hear(self, values: dict[str, Any]) -> bool:
        """Whether it is new. On a bus that lost everything, the places of old letters are given to new ones."""
        statement = upsert(DeadLetter).values(values)
        changes = {name: statement.excluded[name] for name in values if name != "seq"}
        statement = statement.on_conflict_do_update(
            index_elements=["seq"], set_=changes, where=_L.buried_at != statement.excluded.buried_at
        )
        return (await self.session.execute(statement.returning(_L.seq))).first() is not None

    async def settle(self, seqs: Collection[int], state: DeadLetterState, *, at: datetime) -> set[int]:
        """Those that were waiting still: whoever comes second settles nothing."""
        statement = (
            update(DeadLetter)
            .where(_among(seqs), _L.state == _WAITING)
            .values(state=state.value, settled_at=at)
            .returning(_L.seq)
        )
        return set((await self.session.execute(statement)).scalars())

    async def waiting_for(self, handler: str) -> int:
        return await self.count(_L.state == _WAITING, _L.handler == handler)

    async def forget_gone(self, seqs: Collection[int]) -> int:
        return await self.delete(_among(seqs), _L.state == _WAITING)

    async def forget_settled(self, *, before: datetime) -> None:
        await self.delete(_L.settled_at < before)


class Notices(Repository[DeadLetterNotice]):
    model = DeadLetterNotice

    async def add_one(self, handler: str, *, reason: str) -> None:
        statement = upsert(DeadLetterNotice).values(handler=handler, untold=1, reason=reason)
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=["handler"],
                set_={"untold": DeadLetterNotice.untold + 1, "reason": reason},
            )
        )

    async def due(
        self, *, now: datetime, apart: timedelta, handler: str | None = None
    ) -> Sequence[DeadLetterNotice]:
        """Locked. One that was told in the future was told before the clock was set."""
        n = DeadLetterNotice
        statement = self.select().where(
            n.untold > 0, n.told_at.is_(None) | (n.told_at <= now - apart) | (n.told_at > now)
        )
        if handler is not None:
            statement = statement.where(n.handler == handler)
        return (await self.session.scalars(statement.order_by(n.handler).with_for_update())).all()


def _among(seqs: Collection[int]) -> ColumnElement[bool]:
    """As one value, however many there are: a statement takes no more than 32,767."""
    return _L.seq == any_(literal(sorted(seqs), ARRAY(BigInteger)))


def matching(which: DeadLetterFilter) -> list[ColumnElement[bool]]:
    conditions = narrowed(which.service, which.handler, which.subject, which.reason)
    conditions += [_L.state == _WAITING, _L.seq > which.after]
    if which.up_to is not None:
        conditions.append(_L.seq <= which.up_to)
    return conditions


def narrowed(
    service: str | None, handler: str | None, subject: str | None, reason: str | None
) -> list[ColumnElement[bool]]:
    found = [
        column == value
        for column, value in ((_L.service, service), (_L.handler, handler), (_L.subject, subject))
        if value is not None
    ]
    if reason is not None:
        found.append(_L.reason.icontains(reason, autoescape=True))
    return found


async def places(
    connection: AsyncConnection, conditions: Sequence[ColumnElement[bool]], *, limit: int
) -> Sequence[tuple[queues.LetterPlace, int]]:
    """From the oldest on, with their sizes."""
    statement = select(_L.seq, _L.buried_at, _L.bytes).where(*conditions).order_by(_L.seq).limit(limit)
    rows = (await connection.execute(statement)).all()
    return [(queues.LetterPlace(seq=seq, buried_at=buried_at), size) for seq, buried_at, size in rows]


async def letters_page(
    connection: AsyncConnection, conditions: Sequence[ColumnElement[bool]], *, limit: int
) -> Sequence[queues.DeadLetter]:
    """Newest first."""
    statement = select(*_L.__table__.columns).where(*conditions).order_by(_L.seq.desc()).limit(limit)
    return [shown(row) for row in (await connection.execute(statement)).mappings()]


async def letter(connection: AsyncConnection, seq: int) -> queues.DeadLetter | None:
    found = await letters_page(connection, [_L.seq == seq], limit=1)
    return found[0] if found else None


async def counts(connection: AsyncConnection) -> list[DeadLetterCount]:
    statement = (
        select(
            _L.handler,
            _L.service,
            func.count().label("waiting"),
            func.min(_L.buried_at).label("oldest_at"),
            func.max(_L.buried_at).label("newest_at"),
        )
        .where(_L.state == _WAITING)
        .group_by(_L.handler, _L.service)
        .order_by(func.count().desc(), _L.handler)
    )
    return [DeadLetterCount(**row) for row in (await connection.execute(statement)).mappings()]


async def waiting_seqs(connection: AsyncConnection) -> Sequence[int]:
    return (await connection.execute(select(_L.seq).where(_L.state == _WAITING))).scalars().all()


def shown(row: Any) -> queues.DeadLetter:
    kind = queues.DeadLetterKind.JOB if row["subject"].startswith("job.") else queues.DeadLetterKind.EVENT
    return queues.DeadLetter(kind=kind, **row)
