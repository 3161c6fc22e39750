"""What administrators do with other people's accounts."""

from medianest_auth.app import AuthApp
from medianest_auth.errors import OwnerRemains
from medianest_auth.sessions import deny, end_all_sessions
from medianest_auth.standing import (
    give_role,
    reinstate,
    require_authority,
    spare_owner,
    suspend,
    take_in_hand,
)
from medianest_auth.use_cases.read_accounts import read_account
from medianest_common.bus import require
from medianest_common.contracts.auth import RevocationReason
from medianest_common.contracts.auth.people import (
    Account,
    ChangeUser,
    GivenRole,
    MakeOwner,
    SignOutUser,
    UserStatus,
)
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.identity import Permission, Role
from medianest_common.errors import Conflict


async def change_user(app: AuthApp, command: ChangeUser) -> Account:
    """What is as wanted already stays so, and nobody hears of it."""
    caller, client = await require_authority(app), command.client
    if command.role is GivenRole.ADMIN:
        require(Permission.MANAGE_ADMINS)
    async with app.db.transaction() as tx:
        user = await take_in_hand(tx, command.user_id, by=caller)
        spare_owner(user)
        if command.role is not None and command.role != user.role:
            await give_role(app, tx, user, Role(command.role), by=caller.user_id, client=client)
        if command.status is not None and command.status != user.status:
            change = suspend if command.status is UserStatus.SUSPENDED else reinstate
            await change(app, tx, user, by=caller.user_id, client=client)
        return await read_account(tx.session, user.id, now=app.clock.now())


async def sign_out_user(app: AuthApp, command: SignOutUser) -> Nothing:
    caller = await require_authority(app)
    async with app.db.transaction() as tx:
        user = await take_in_hand(tx, command.user_id, by=caller)
        ended = await end_all_sessions(app, tx, user.id, reason=RevocationReason.REVOKED)
        app.audit.record(tx, "sign_out", user_id=user.id, actor_id=caller.user_id, client=command.client)
    await deny(app, ended)
    return Nothing()


async def make_owner(app: AuthApp, command: MakeOwner) -> Account:
    """There is one owner at every moment: the constraint lets nobody in before the old one has stepped down."""
    caller, client = await require_authority(app), command.client
    require(Permission.MANAGE_ADMINS)
    async with app.db.transaction() as tx:
        user = await take_in_hand(tx, command.user_id, by=caller)
        if user.id == caller.user_id:
            raise OwnerRemains("You are the owner already.")
        if user.status != UserStatus.ACTIVE:
            raise Conflict("Only somebody who can sign in can be the owner.")
        owner = await take_in_hand(tx, caller.user_id, by=caller)
        await give_role(app, tx, owner, Role.ADMIN, by=caller.user_id, client=client)
        await give_role(app, tx, user, Role.OWNER, by=caller.user_id, client=client)
        return await read_account(tx.session, user.id, now=app.clock.now())
