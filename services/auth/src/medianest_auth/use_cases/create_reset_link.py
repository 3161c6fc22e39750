"""A reset link handed to an administrator, for installations without mail. Whoever opens it chooses the password;
the administrator never knows it."""

from medianest_auth.app import AuthApp
from medianest_auth.errors import NoEmailAddress, NotWhileSuspended
from medianest_auth.reset_links import make_link
from medianest_auth.standing import require_authority, take_in_hand
from medianest_auth.ways_in import require_way
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import SignInMethod
from medianest_common.contracts.auth.passwords import CreateResetLink, ResetLink


async def create_reset_link(app: AuthApp, command: CreateResetLink) -> ResetLink:
    caller = await require_authority(app)
    async with app.db.transaction() as tx:
        user = await take_in_hand(tx, command.user_id, by=caller)
        if user.status != "active":
            raise NotWhileSuspended("Let them in again first.")
        if not user.email:
            raise NoEmailAddress("Without an e-mail address there is nothing to sign in with besides Plex.")
        require_way(app, user, method=SignInMethod.PASSWORD)
        link = await make_link(app, tx, user, link_id=uuid7(), made_by=caller.user_id)
        assert link, "its id is new"
        app.audit.record(
            tx, "reset_link_create", user_id=user.id, actor_id=caller.user_id, client=command.client
        )
    return link
