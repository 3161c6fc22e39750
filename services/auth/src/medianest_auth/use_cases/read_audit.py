"""The audit log for those who may see it, newest first, and whether it is as it was written."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, union_all
from sqlalchemy.orm import aliased

from medianest_auth.app import AuthApp
from medianest_auth.audit_chain import Head, verify
from medianest_auth.browser import coarse
from medianest_auth.models import AuditEntry, AuditPlace, User
from medianest_common.bus import require
from medianest_common.contracts.auth.history import (
    AuditItem,
    AuditVerdict,
    GetAudit,
    Somebody,
    VerifyAudit,
)
from medianest_common.contracts.auth.operator import OPERATOR
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Permission
from medianest_common.db.repository import after
from medianest_common.paging import InvalidCursor, decode_cursor, encode_cursor

VERIFY_SECONDS = 2.0
"""After that the asker is told how far we came."""
_ORDER = "audit"
_OPERATOR = "the command line"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_KEY = (AuditEntry.at, AuditEntry.id)


async def get_audit(app: AuthApp, query: GetAudit) -> Page[AuditItem]:
    require(Permission.SEE_AUDIT)
    about, actor = aliased(User), aliased(User)
    ids = _ids(query, limit=query.limit + 1)
    statement = (
        select(AuditEntry, about.name, actor.name, AuditPlace.ip, AuditPlace.browser)
        .outerjoin(about, about.id == AuditEntry.user_id)
        .outerjoin(actor, actor.id == AuditEntry.actor_id)
        .outerjoin(AuditPlace, AuditPlace.entry_id == AuditEntry.id)
        .where(AuditEntry.id.in_(ids))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(query.limit + 1)
    )
    async with app.db.transaction() as tx:
        rows = (await tx.session.execute(statement)).all()
    page = rows[: query.limit]
    cursor = None
    if len(rows) > query.limit:
        last: AuditEntry = page[-1][0]
        cursor = encode_cursor(_ORDER, (last.at - _EPOCH) // _MICROSECOND, last.id)
    return Page(items=[_item(*row) for row in page], next_cursor=cursor)


async def verify_audit(app: AuthApp, query: VerifyAudit) -> AuditVerdict:
    require(Permission.SEE_AUDIT)
    noted = Head(query.seq, bytes.fromhex(query.hash)) if query.seq and query.hash else None
    return await verify(app.db, after=query.after, noted=noted, seconds=VERIFY_SECONDS, clock=app.clock)


def _ids(query: GetAudit, *, limit: int) -> Select[Any]:
    """What somebody did and what was done to them lie in two indexes; either gives a page at the same cost wherever it
    is, and the page is the newest of both."""
    conditions = _conditions(query)
    if query.user is None:
        return _newest(conditions, limit=limit)
    done_to = _newest([*conditions, AuditEntry.user_id == query.user], limit=limit)
    others = or_(AuditEntry.user_id.is_(None), AuditEntry.user_id != query.user)
    done_by = _newest([*conditions, and_(AuditEntry.actor_id == query.user, others)], limit=limit)
    both = union_all(select(done_to.subquery()), select(done_by.subquery())).subquery()
    return select(both.c.id)


def _newest(conditions: list[ColumnElement[bool]], *, limit: int) -> Select[Any]:
    newest_first = (AuditEntry.at.desc(), AuditEntry.id.desc())
    return select(AuditEntry.id).where(*conditions).order_by(*newest_first).limit(limit)


def _conditions(query: GetAudit) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.action is not None:
        conditions.append(AuditEntry.action == query.action)
    if query.from_ is not None:
        conditions.append(AuditEntry.at >= query.from_)
    if query.to is not None:
        conditions.append(AuditEntry.at < query.to)
    if query.cursor:
        moment, last_id = decode_cursor(query.cursor, _ORDER, int, UUID)
        try:
            reached = _EPOCH + moment * _MICROSECOND
        except OverflowError:
            raise InvalidCursor("Start again from the first page.") from None
        conditions.append(after(_KEY, (reached, last_id), descending=True))
    return conditions


def _item(
    entry: AuditEntry, about: str | None, actor: str | None, ip: str | None, browser: str | None
) -> AuditItem:
    return AuditItem(
        id=entry.id,
        at=entry.at,
        action=entry.action,
        result=entry.result,
        reason=entry.reason,
        method=entry.method,
        user=_somebody(entry.user_id, about),
        actor=_somebody(entry.actor_id, actor),
        target=entry.target,
        session_id=entry.session_id,
        place=coarse(ip or ""),
        browser=browser or "",
    )


def _somebody(user_id: UUID | None, name: str | None) -> Somebody | None:
    if user_id is None:
        return None
    return Somebody(id=user_id, name=_OPERATOR if user_id == OPERATOR else name)
