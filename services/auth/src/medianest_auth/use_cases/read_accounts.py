"""People as administrators see them, in the order in which they came."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_auth.app import AuthApp
from medianest_auth.mapping import to_user
from medianest_auth.models import Device, Identity, Passkey, Password, Session, Totp, User
from medianest_auth.repository import PLEX_ISSUER
from medianest_common.bus import require
from medianest_common.contracts.auth import SignInMethod
from medianest_common.contracts.auth.people import Account, GetUser, ListUsers, UserStatus
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Permission
from medianest_common.db.repository import after
from medianest_common.errors import NotFound
from medianest_common.paging import decode_cursor, encode_cursor

_ORDER = "came"


async def list_users(app: AuthApp, query: ListUsers) -> Page[Account]:
    require(Permission.MANAGE_USERS)
    conditions = _conditions(query)
    statement = _accounts(app.clock.now()).where(*conditions).order_by(User.id).limit(query.limit + 1)
    if query.cursor:
        statement = statement.where(
            after([User.id], decode_cursor(query.cursor, _ORDER, UUID), descending=False)
        )
    counting = select(func.count()).select_from(User).where(*conditions)
    async with app.db.transaction() as tx:
        rows = (await tx.session.execute(statement)).all()
        total = (await tx.session.execute(counting)).scalar_one() if query.total else None
    items = [_to_account(row) for row in rows[: query.limit]]
    more = len(rows) > query.limit
    return Page(items=items, next_cursor=encode_cursor(_ORDER, items[-1].id) if more else None, total=total)


async def get_user(app: AuthApp, query: GetUser) -> Account:
    require(Permission.MANAGE_USERS)
    async with app.db.transaction() as tx:
        return await read_account(tx.session, query.user_id, now=app.clock.now())


async def read_account(session: AsyncSession, user_id: UUID, *, now: datetime) -> Account:
    """With what this transaction has changed."""
    await session.flush()
    row = (await session.execute(_accounts(now).where(User.id == user_id))).first()
    if row is None:
        raise NotFound("There is no such person.")
    return _to_account(row)


def _conditions(query: ListUsers) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.q:
        part = query.q.strip()
        conditions.append(
            or_(User.name.icontains(part, autoescape=True), User.email.icontains(part, autoescape=True))
        )
    if query.role:
        conditions.append(User.role == str(query.role))
    if query.status:
        conditions.append(User.status == str(query.status))
    return conditions


def _accounts(now: datetime) -> Select[Any]:
    """Everything beside the user's row comes from an index of its own, for the rows of one page only."""
    seen = func.greatest(
        select(func.max(Session.last_seen_at)).where(Session.user_id == User.id).scalar_subquery(),
        select(func.max(Device.last_seen_at)).where(Device.user_id == User.id).scalar_subquery(),
    )
    live = and_(
        Session.user_id == User.id,
        Session.revoked_at.is_(None),
        Session.idle_expires_at > now,
        Session.expires_at > now,
    )
    providers = select(Identity.provider).where(Identity.user_id == User.id).order_by(Identity.linked_at)
    return select(
        User,
        exists().where(Identity.user_id == User.id, Identity.issuer == PLEX_ISSUER).label("plex_linked"),
        exists().where(Password.user_id == User.id).label("has_password"),
        exists().where(Passkey.user_id == User.id).label("has_passkey"),
        exists().where(Totp.user_id == User.id, Totp.confirmed_at.is_not(None)).label("has_app"),
        func.array(providers.scalar_subquery()).label("providers"),
        seen.label("last_seen_at"),
        select(func.count()).where(live).scalar_subquery().label("sessions"),
    )


def _to_account(row: Any) -> Account:
    ways = [SignInMethod.PASSWORD] * row.has_password + [SignInMethod.PASSKEY] * row.has_passkey
    return Account(
        **to_user(row.User, plex_linked=row.plex_linked).model_dump(),
        status=UserStatus(row.User.status),
        last_seen_at=row.last_seen_at,
        sign_in_ways=[*ways, *dict.fromkeys(_method(provider) for provider in row.providers)],
        second_factor=row.has_app or row.has_passkey,
        sessions=row.sessions,
    )


def _method(provider: str) -> SignInMethod:
    """An issuer may be set up under any name."""
    return SignInMethod(provider) if provider in set(SignInMethod) else SignInMethod.OIDC
