"""The audit log as a chain: each link is the SHA-256 of the one before and of an entry.

Entries are recorded without waiting for each other and get their place in the chain a moment later, from one replica.
Whoever changes, removes or moves an entry in the database breaks the chain there. Cutting off the newest links leaves
a chain that is whole, which is why its head is written to the log now and then: `verify` can be asked whether an entry
that was noted is still there.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import delete, exists, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_auth.models import AuditAnchor, AuditEntry, AuditLink, UnchainedEntry
from medianest_common.clock import Clock
from medianest_common.contracts.auth.history import AuditVerdict
from medianest_common.contracts.base import rfc3339
from medianest_common.db import Database, Transaction

log = structlog.get_logger()

_GENESIS = bytes(32)
_BATCH = 500
_READ_BATCH = 2_000
_LOCK = text("select pg_advisory_xact_lock(7316, 102)")
_CHAINED = (
    AuditEntry.id,
    AuditEntry.at,
    AuditEntry.action,
    AuditEntry.result,
    AuditEntry.reason,
    AuditEntry.method,
    AuditEntry.user_id,
    AuditEntry.actor_id,
    AuditEntry.target,
    AuditEntry.session_id,
)


class Head(NamedTuple):
    seq: int = 0
    hash: bytes = _GENESIS


class _Broken(Exception):
    def __init__(self, seq: int, problem: str) -> None:
        super().__init__(problem)
        self.seq = seq
        self.problem = problem


def link(previous: bytes, seq: int, entry: Sequence[object]) -> bytes:
    """`entry` holds the values of `_CHAINED`, in that order."""
    named = {column.key: _plain(value) for column, value in zip(_CHAINED, entry, strict=True)}
    document = json.dumps({"seq": seq, **named}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + document.encode()).digest()


async def extend(db: Database) -> int:
    """Chain what has been recorded since; returns how many entries."""
    async with db.read() as connection:
        if not await connection.scalar(select(exists().select_from(UnchainedEntry))):
            return 0
    chained = 0
    while True:
        async with db.transaction() as tx:
            added = await _extend(tx)
        chained += added
        if added < _BATCH:
            return chained


async def _extend(tx: Transaction) -> int:
    await tx.session.execute(_LOCK)
    waiting = select(*_CHAINED).join(UnchainedEntry, UnchainedEntry.entry_id == AuditEntry.id)
    entries = (await tx.session.execute(waiting.order_by(AuditEntry.id).limit(_BATCH))).all()
    if not entries:
        return 0
    seq, previous = await _head(await tx.session.connection())
    links = []
    for entry in entries:
        seq, previous = seq + 1, link(previous, seq + 1, entry)
        links.append({"seq": seq, "entry_id": entry.id, "hash": previous})
    await tx.session.execute(insert(AuditLink), links)
    ids = [entry.id for entry in entries]
    await tx.session.execute(delete(UnchainedEntry).where(UnchainedEntry.entry_id.in_(ids)))
    return len(entries)


async def verify(
    db: Database,
    *,
    after: int = 0,
    noted: Head | None = None,
    seconds: float | None = None,
    clock: Clock,
) -> AuditVerdict:
    """Whether the log is as it was written, from `after` on, for as long as `seconds` allow."""
    until = clock.monotonic() + seconds if seconds is not None else None
    async with db.read() as connection:
        anchor = await _anchor(connection)
        start = max(after, anchor.seq)
        reached = anchor if start == anchor.seq else await _link_at(connection, start)
        waiting = await connection.scalar(select(func.count()).select_from(UnchainedEntry)) or 0
        complete = True
        try:
            if reached is None:
                raise _Broken(start, "The link to go on from is not there.")
            if noted and noted.seq > anchor.seq:
                held = await _link_at(connection, noted.seq)
                if held is None or held.hash != noted.hash:
                    raise _Broken(noted.seq, "The entry that was noted is gone or is another one now.")
            async for held in _checked(connection, reached):
                reached = held
                if until is not None and clock.monotonic() > until:
                    complete = False
                    break
            if complete and (problem := await _miscounted(connection)):
                raise _Broken(reached.seq + 1, problem)
        except _Broken as broken:
            if (await _anchor(connection)).seq > anchor.seq:
                # The oldest part was cut off while we were reading it.
                return await verify(db, after=after, noted=noted, seconds=seconds, clock=clock)
            whole = reached or anchor
            return _verdict(anchor, whole, waiting=waiting, complete=complete, broken=broken)
    return _verdict(anchor, reached, waiting=waiting, complete=complete)


async def cut(db: Database, *, older_than: datetime) -> int:
    """Take off the oldest part, up to the first entry that is not that old; the rest still verifies."""
    removed = 0
    while True:
        async with db.transaction() as tx:
            gone = await _cut(tx, older_than=older_than)
        removed += gone
        if gone < _BATCH:
            return removed


async def head(db: Database) -> Head:
    async with db.read() as connection:
        return await _head(connection)


async def _cut(tx: Transaction, *, older_than: datetime) -> int:
    await tx.session.execute(_LOCK)
    anchor = await _anchor(await tx.session.connection())
    oldest = (
        select(AuditLink.seq, AuditLink.hash, AuditLink.entry_id, AuditEntry.at)
        .join(AuditEntry, AuditEntry.id == AuditLink.entry_id)
        .where(AuditLink.seq > anchor.seq)
        .order_by(AuditLink.seq)
        .limit(_BATCH)
    )
    gone = []
    for row in (await tx.session.execute(oldest)).all():
        if row.at >= older_than:
            break
        gone.append(row)
    if not gone:
        return 0
    last = {"seq": gone[-1].seq, "hash": gone[-1].hash}
    moved = upsert(AuditAnchor).values(id=1, **last).on_conflict_do_update(index_elements=["id"], set_=last)
    await tx.session.execute(moved)
    await tx.session.execute(delete(AuditEntry).where(AuditEntry.id.in_([row.entry_id for row in gone])))
    await tx.session.execute(delete(AuditLink).where(AuditLink.seq <= gone[-1].seq))
    return len(gone)


async def _checked(connection: AsyncConnection, reached: Head) -> AsyncIterator[Head]:
    """Raises `_Broken` at the first link that does not hold; yields how far it has come, batch by batch."""
    while True:
        statement = (
            select(AuditLink.seq, AuditLink.hash, *_CHAINED)
            .outerjoin(AuditEntry, AuditEntry.id == AuditLink.entry_id)
            .where(AuditLink.seq > reached.seq)
            .order_by(AuditLink.seq)
            .limit(_READ_BATCH)
        )
        rows = (await connection.execute(statement)).all()
        for seq, digest, *entry in rows:
            if seq != reached.seq + 1:
                raise _Broken(reached.seq + 1, "A link of the chain is missing.")
            if entry[0] is None:
                raise _Broken(seq, "The entry is missing.")
            if link(reached.hash, seq, entry) != digest:
                raise _Broken(seq, "The entry is not what was written.")
            reached = Head(seq, digest)
        yield reached
        if len(rows) < _READ_BATCH:
            return


async def _miscounted(connection: AsyncConnection) -> str | None:
    """Every link has its entry by now; whether every entry has its link, or waits for one, is a matter of counting."""
    entries, chained = (
        select(func.count()).select_from(AuditEntry),
        select(func.count()).select_from(AuditLink),
    )
    waiting = select(func.count()).select_from(UnchainedEntry)
    waits_for_nothing = waiting.where(~exists().where(AuditEntry.id == UnchainedEntry.entry_id))
    counts = select(*(each.scalar_subquery() for each in (entries, chained, waiting, waits_for_nothing)))
    held, linked, pending, lost = (await connection.execute(counts)).one()
    if lost:
        return "An entry has vanished before it was chained."
    if held != linked + pending:
        return "There are entries that were never chained."
    return None


async def _head(connection: AsyncConnection) -> Head:
    newest = select(AuditLink.seq, AuditLink.hash).order_by(AuditLink.seq.desc()).limit(1)
    row = (await connection.execute(newest)).first()
    return Head(*row) if row else await _anchor(connection)


async def _anchor(connection: AsyncConnection) -> Head:
    row = (await connection.execute(select(AuditAnchor.seq, AuditAnchor.hash))).first()
    return Head(*row) if row else Head()


async def _link_at(connection: AsyncConnection, seq: int) -> Head | None:
    statement = select(AuditLink.seq, AuditLink.hash).where(AuditLink.seq == seq)
    row = (await connection.execute(statement)).first()
    return Head(*row) if row else None


def _verdict(
    anchor: Head, reached: Head, *, waiting: int, complete: bool, broken: _Broken | None = None
) -> AuditVerdict:
    return AuditVerdict(
        intact=broken is None,
        complete=complete and broken is None,
        first=anchor.seq + 1,
        up_to=reached.seq,
        head_hash=reached.hash.hex(),
        waiting=waiting,
        first_broken=broken.seq if broken else None,
        problem=broken.problem if broken else None,
    )


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return rfc3339(value)
    return str(value) if isinstance(value, UUID) else value
