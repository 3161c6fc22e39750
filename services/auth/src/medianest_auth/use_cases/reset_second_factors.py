"""Take all second factors of somebody away who has lost them. An administrator's act, and told to the person."""

from medianest_auth.app import AuthApp
from medianest_auth.errors import OwnFactors, SecondFactorOff
from medianest_auth.second_factors import changed, remove_second_factors
from medianest_auth.sessions import deny
from medianest_auth.standing import require_authority, take_in_hand
from medianest_common.contracts.auth.second_factor import FactorChange, ResetSecondFactors
from medianest_common.contracts.base import Nothing


async def reset_second_factors(app: AuthApp, command: ResetSecondFactors) -> Nothing:
    caller = await require_authority(app)
    async with app.db.transaction() as tx:
        user = await take_in_hand(tx, command.user_id, by=caller)
        if user.id == caller.user_id:
            raise OwnFactors("Change your own second factors on your account page.")
        if not await remove_second_factors(tx, user.id):
            raise SecondFactorOff("This person has no second factor.")
        ended = await changed(
            app,
            tx,
            user.id,
            FactorChange.RESET_BY_ADMIN,
            but=None,
            client=command.client,
            actor_id=caller.user_id,
        )
    await deny(app, ended)
    return Nothing()
