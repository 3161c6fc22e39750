"""Let somebody try again at once who has mistyped too often, or was locked out by somebody else's trying."""

from sqlalchemy import select

from medianest_auth.app import AuthApp
from medianest_auth.browser import limited_network
from medianest_auth.models import Device
from medianest_auth.use_cases.operator.person import person
from medianest_common.bus import require_operator
from medianest_common.contracts.auth.operator import OPERATOR, OperatorForgetAttempts
from medianest_common.contracts.base import Nothing
from medianest_common.db import Transaction


async def forget_attempts(app: AuthApp, command: OperatorForgetAttempts) -> Nothing:
    require_operator()
    counters: list[str] = []
    async with app.db.transaction() as tx:
        if command.email is not None:
            counters += await _of_person(app, tx, command.email)
        if command.network is not None:
            counters.append(f"network:{limited_network(command.network)}")
            app.audit.record(tx, "attempts_forgotten", actor_id=OPERATOR, target="network")
    await app.attempts.forget(counters)
    return Nothing()


async def _of_person(app: AuthApp, tx: Transaction, email: str) -> list[str]:
    """Every browser they are known in has counters of its own; all others share one."""
    user = await person(tx, email)
    app.audit.record(tx, "attempts_forgotten", user_id=user.id, actor_id=OPERATOR)
    statement = select(Device.token_hash).where(Device.user_id == user.id)
    devices = ["", *(found.hex() for found in (await tx.session.execute(statement)).scalars())]
    return [
        f"reset-account:{user.id}",
        *(f"account:{user.email_key}:{device}" for device in devices),
        *(f"second-factor:{user.id}:{device}" for device in devices),
    ]
