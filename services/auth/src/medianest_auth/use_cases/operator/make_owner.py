"""Break-glass: a local owner can always be made or brought back, whatever has become of Plex or of the owner."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from medianest_auth.app import AuthApp
from medianest_auth.mapping import change_of
from medianest_auth.models import User
from medianest_auth.normalising import email_key, valid_email, valid_name
from medianest_auth.repository import Users
from medianest_auth.standing import give_role, reinstate
from medianest_auth.use_cases.operator.make_reset_link import new_link
from medianest_auth.use_cases.operator.person import person
from medianest_common.bus import require_operator
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import ClientInfo, UserCreated
from medianest_common.contracts.auth.operator import (
    OPERATOR,
    OneTimeAddress,
    OperatorCreateOwner,
    OperatorMakeOwner,
)
from medianest_common.contracts.identity import Role
from medianest_common.db import Transaction
from medianest_common.errors import Conflict

_NOBODY = ClientInfo()


async def make_owner(app: AuthApp, command: OperatorMakeOwner) -> OneTimeAddress:
    require_operator()
    async with app.db.transaction() as tx:
        user = await person(tx, command.email)
        link = await _crown(app, tx, user)
    app.setup_token.withdraw()
    return link


async def create_owner(app: AuthApp, command: OperatorCreateOwner) -> OneTimeAddress:
    require_operator()
    name, email = valid_name(command.name), valid_email(command.email)
    async with app.db.transaction() as tx:
        users = Users(tx.session)
        if await users.email_taken(email_key(email)):
            raise Conflict("Somebody has this address already. Use `medianest admin make-owner` for them.")
        user = await users.add(
            User(
                id=uuid7(),
                name=name,
                email=email,
                email_key=email_key(email),
                role=str(Role.USER),
                status="active",
                permissions_version=1,
                version=1,
                created_at=app.clock.now(),
            )
        )
        tx.emit(change_of(UserCreated, user))
        link = await _crown(app, tx, user)
    app.setup_token.withdraw()
    return link


async def _crown(app: AuthApp, tx: Transaction, user: User) -> OneTimeAddress:
    """There is one owner at every moment: the constraint lets nobody in before the old one has stepped down, and of
    two who are crowned at once the second is refused."""
    former = select(User).where(User.role == Role.OWNER, User.id != user.id).with_for_update(key_share=True)
    for owner in (await tx.session.execute(former)).scalars():
        await give_role(app, tx, owner, Role.ADMIN, by=OPERATOR, client=_NOBODY)
    if user.status != "active":
        await reinstate(app, tx, user, by=OPERATOR, client=_NOBODY)
    if user.role != Role.OWNER:
        try:
            await give_role(app, tx, user, Role.OWNER, by=OPERATOR, client=_NOBODY)
        except IntegrityError:
            raise Conflict("Somebody else was made the owner at this moment. Look, and try again.") from None
    return await new_link(app, tx, user)
