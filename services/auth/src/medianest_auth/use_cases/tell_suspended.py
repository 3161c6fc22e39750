"""Who is suspended is told again as it stands, for services that did not keep it when they heard it first."""

from sqlalchemy import select

from medianest_auth.mapping import change_of
from medianest_auth.models import User
from medianest_auth.repository import Users
from medianest_common.contracts.auth import UserChanged
from medianest_common.db import Database


async def tell_suspended(db: Database) -> None:
    """With the version that it has, so that it is nothing new to whoever knows."""
    async with db.transaction() as tx:
        found = select(User).where(User.status == "suspended").order_by(User.id)
        # Nobody leaves meanwhile: what is told of them after that would stay.
        found = found.with_for_update(read=True, key_share=True)
        users = Users(tx.session)
        for user in (await tx.session.scalars(found)).all():
            tx.emit(change_of(UserChanged, user, plex_id=await users.plex_id(user.id)))
