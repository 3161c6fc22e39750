"""Take the second factors away from somebody who has lost them all, and perhaps the administrators with them."""

from medianest_auth.app import AuthApp
from medianest_auth.errors import SecondFactorOff
from medianest_auth.second_factors import changed, remove_second_factors
from medianest_auth.sessions import deny
from medianest_auth.use_cases.operator.person import person
from medianest_common.bus import require_operator
from medianest_common.contracts.auth import ClientInfo
from medianest_common.contracts.auth.operator import OPERATOR, OperatorResetSecondFactor
from medianest_common.contracts.auth.second_factor import FactorChange
from medianest_common.contracts.base import Nothing


async def reset_second_factor(app: AuthApp, command: OperatorResetSecondFactor) -> Nothing:
    require_operator()
    async with app.db.transaction() as tx:
        user = await person(tx, command.email)
        if not await remove_second_factors(tx, user.id):
            raise SecondFactorOff("This person has no second factor.")
        ended = await changed(
            app,
            tx,
            user.id,
            FactorChange.RESET_BY_ADMIN,
            but=None,
            client=ClientInfo(),
            actor_id=OPERATOR,
        )
    await deny(app, ended)
    return Nothing()
