"""Everybody, with how they can sign in, so that the operator sees who is locked out and why."""

from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select

from medianest_auth.app import AuthApp
from medianest_auth.models import Identity, Passkey, Password, Session, Totp, User
from medianest_common.bus import require_operator
from medianest_common.contracts.auth import SignInMethod
from medianest_common.contracts.auth.operator import OperatorListUsers, OperatorUser
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Role
from medianest_common.db.repository import after
from medianest_common.paging import decode_cursor, encode_cursor

_ORDER = "operator"
_PROVIDERS = select(func.array_agg(Identity.provider)).where(Identity.user_id == User.id).scalar_subquery()
_LAST_SEEN = select(func.max(Session.last_seen_at)).where(Session.user_id == User.id).scalar_subquery()
_EVERYBODY = select(
    User,
    exists().where(Password.user_id == User.id).label("password"),
    exists().where(Passkey.user_id == User.id).label("passkey"),
    exists().where(Totp.user_id == User.id, Totp.confirmed_at.is_not(None)).label("totp"),
    _PROVIDERS.label("providers"),
    _LAST_SEEN.label("last_seen_at"),
).order_by(User.id)


async def list_people(app: AuthApp, query: OperatorListUsers) -> Page[OperatorUser]:
    require_operator()
    statement = _EVERYBODY.limit(query.limit + 1)
    if query.cursor:
        statement = statement.where(
            after([User.id], decode_cursor(query.cursor, _ORDER, UUID), descending=False)
        )
    async with app.db.transaction() as tx:
        rows = (await tx.session.execute(statement)).all()
    items = [_shown(row) for row in rows[: query.limit]]
    more = len(rows) > query.limit
    return Page(items=items, next_cursor=encode_cursor(_ORDER, items[-1].id) if more else None)


def _shown(row: Any) -> OperatorUser:
    user: User = row.User
    methods = [str(SignInMethod.PASSWORD)] * row.password + [str(SignInMethod.PASSKEY)] * row.passkey
    return OperatorUser(
        id=user.id,
        name=user.name,
        email=user.email,
        role=Role(user.role),
        status=user.status,
        methods=methods + sorted(row.providers or ()),
        second_factor=row.totp or row.passkey,
        last_seen_at=row.last_seen_at,
    )
