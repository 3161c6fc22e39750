"""Look at one's second factors, turn the app off, and get new recovery codes."""

from medianest_auth.app import AuthApp
from medianest_auth.errors import SecondFactorOff
from medianest_auth.models import Totp
from medianest_auth.passkeys import Passkeys
from medianest_auth.proving import (
    begin_proof,
    finish_proof,
    forgive,
    noting_refusal,
    require_fresh_proof,
    ways_to_prove,
)
from medianest_auth.repository import Factors
from medianest_auth.second_factors import (
    FEW_LEFT,
    RecoveryCodes,
    Totps,
    changed,
    forget_useless_codes,
    is_active,
    locked,
)
from medianest_auth.sessions import deny
from medianest_common.bus import require_person
from medianest_common.contracts.auth import SecondFactor
from medianest_common.contracts.auth.second_factor import (
    FactorChange,
    GetSecondFactors,
    RenewRecoveryCodes,
    SecondFactorState,
    TurnOffTotp,
)
from medianest_common.contracts.auth.second_factor import RecoveryCodes as Codes
from medianest_common.contracts.base import Nothing


async def get_second_factors(app: AuthApp, query: GetSecondFactors) -> SecondFactorState:
    caller = require_person()
    async with app.db.transaction() as tx:
        methods = await Factors(tx.session).of(caller.user_id)
        left = await RecoveryCodes(tx.session).left(caller.user_id)
        return SecondFactorState(
            totp=SecondFactor.TOTP in methods,
            passkeys=len(await Passkeys(tx.session).of(caller.user_id)),
            recovery_codes_left=left,
            recovery_codes_low=bool(methods) and left <= FEW_LEFT,
            methods=methods,
            step_up=await ways_to_prove(app, tx, caller.user_id),
        )


async def turn_off_totp(app: AuthApp, command: TurnOffTotp) -> Nothing:
    """Passkeys stay and are still asked for; each is removed by itself."""
    caller = await require_fresh_proof(app)
    begun = await begin_proof(app, caller, command.proof, command.client, code_alone=True)
    async with noting_refusal(app, caller, command.client), app.db.transaction() as tx:
        user = await locked(tx, caller.user_id)
        totp = await Totps(tx.session).one(Totp.user_id == user.id, Totp.confirmed_at.is_not(None))
        if totp is None:
            raise SecondFactorOff("No authenticator app is set up.")
        await finish_proof(app, tx, user, begun, command.client)
        await tx.session.delete(totp)
        await forget_useless_codes(tx, user.id)
        ended = await changed(
            app, tx, user.id, FactorChange.TOTP_OFF, but=caller.session_id, client=command.client
        )
    await forgive(app, begun)
    await deny(app, ended)
    return Nothing()


async def renew_recovery_codes(app: AuthApp, command: RenewRecoveryCodes) -> Codes:
    caller = await require_fresh_proof(app)
    begun = await begin_proof(app, caller, command.proof, command.client, code_alone=True)
    async with noting_refusal(app, caller, command.client), app.db.transaction() as tx:
        user = await locked(tx, caller.user_id)
        if not await is_active(tx, user.id):
            raise SecondFactorOff("Set up an authenticator app or a passkey first.")
        await finish_proof(app, tx, user, begun, command.client)
        codes = await RecoveryCodes(tx.session).renew(user.id, now=app.clock.now())
        ended = await changed(
            app,
            tx,
            user.id,
            FactorChange.RECOVERY_CODES_RENEWED,
            but=caller.session_id,
            client=command.client,
        )
    await forgive(app, begun)
    await deny(app, ended)
    return Codes(codes=codes)
