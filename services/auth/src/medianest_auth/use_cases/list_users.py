"""Everybody with an account, in the order in which they came."""

from uuid import UUID

from sqlalchemy import exists, select

from medianest_auth.app import AuthApp
from medianest_auth.mapping import to_user
from medianest_auth.models import Identity
from medianest_auth.models import User as Row
from medianest_auth.repository import PLEX_ISSUER
from medianest_common.bus import require
from medianest_common.contracts.auth import ListUsers, User
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Permission
from medianest_common.db.repository import after
from medianest_common.paging import decode_cursor, encode_cursor

_ORDER = "came"


async def list_users(app: AuthApp, query: ListUsers) -> Page[User]:
    require(Permission.MANAGE_USERS)
    linked = exists().where(Identity.user_id == Row.id, Identity.issuer == PLEX_ISSUER)
    statement = select(Row, linked.label("linked")).order_by(Row.id).limit(query.limit + 1)
    if query.cursor:
        statement = statement.where(
            after([Row.id], decode_cursor(query.cursor, _ORDER, UUID), descending=False)
        )
    async with app.db.transaction() as tx:
        rows = (await tx.session.execute(statement)).all()
    items = [to_user(row, plex_linked=plex_linked) for row, plex_linked in rows[: query.limit]]
    return Page(
        items=items, next_cursor=encode_cursor(_ORDER, items[-1].id) if len(rows) > query.limit else None
    )
