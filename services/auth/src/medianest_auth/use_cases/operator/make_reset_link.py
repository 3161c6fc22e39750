"""A link that sets a new password, for somebody whom no mail reaches. The operator hands it over."""

from medianest_auth.app import AuthApp
from medianest_auth.models import User
from medianest_auth.reset_links import make_link
from medianest_auth.use_cases.operator.person import person
from medianest_common.bus import require_operator
from medianest_common.clock import uuid7
from medianest_common.contracts.auth.operator import OPERATOR, OneTimeAddress, OperatorMakeResetLink
from medianest_common.db import Transaction
from medianest_common.errors import Conflict


async def make_reset_link(app: AuthApp, command: OperatorMakeResetLink) -> OneTimeAddress:
    require_operator()
    async with app.db.transaction() as tx:
        user = await person(tx, command.email)
        if user.status != "active":
            raise Conflict("This account is suspended. An administrator, or make-owner, lets them in again.")
        return await new_link(app, tx, user)


async def new_link(app: AuthApp, tx: Transaction, user: User) -> OneTimeAddress:
    link = await make_link(app, tx, user, link_id=uuid7(), made_by=OPERATOR)
    assert link, "its id is new"
    app.audit.record(tx, "reset_link_create", user_id=user.id, actor_id=OPERATOR)
    return OneTimeAddress(name=user.name, url=link.url, expires_at=link.expires_at)
