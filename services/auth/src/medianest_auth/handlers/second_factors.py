"""Second factors and passkeys."""

from medianest_auth.app import AuthApp
from medianest_auth.handlers.base import handlers
from medianest_auth.use_cases.answer_challenge import answer_challenge
from medianest_auth.use_cases.manage_passkeys import (
    list_passkeys,
    register_passkey,
    remove_passkey,
    start_passkey,
)
from medianest_auth.use_cases.manage_second_factors import (
    get_second_factors,
    renew_recovery_codes,
    turn_off_totp,
)
from medianest_auth.use_cases.reset_second_factors import reset_second_factors
from medianest_auth.use_cases.set_up_totp import confirm_totp, start_totp
from medianest_auth.use_cases.sign_in_with_passkey import ask_for_passkey, sign_in_with_passkey
from medianest_auth.use_cases.step_up import step_up
from medianest_common.contracts import auth
from medianest_common.contracts.auth import second_factor
from medianest_common.contracts.base import Nothing, Page


@handlers.rpc
async def second_factor_state(
    query: second_factor.GetSecondFactors, app: AuthApp
) -> second_factor.SecondFactorState:
    return await get_second_factors(app, query)


@handlers.rpc
async def answer(command: second_factor.AnswerChallenge, app: AuthApp) -> auth.SignedIn:
    return await answer_challenge(app, command)


@handlers.rpc
async def prove_afresh(command: second_factor.StepUp, app: AuthApp) -> auth.SignedIn:
    return await step_up(app, command)


@handlers.rpc
async def begin_totp(command: second_factor.StartTotp, app: AuthApp) -> second_factor.TotpEnrolment:
    return await start_totp(app, command)


@handlers.rpc
async def finish_totp(command: second_factor.ConfirmTotp, app: AuthApp) -> second_factor.RecoveryCodes:
    return await confirm_totp(app, command)


@handlers.rpc
async def totp_off(command: second_factor.TurnOffTotp, app: AuthApp) -> Nothing:
    return await turn_off_totp(app, command)


@handlers.rpc
async def recovery_codes(
    command: second_factor.RenewRecoveryCodes, app: AuthApp
) -> second_factor.RecoveryCodes:
    return await renew_recovery_codes(app, command)


@handlers.rpc
async def reset_factors(command: second_factor.ResetSecondFactors, app: AuthApp) -> Nothing:
    return await reset_second_factors(app, command)


@handlers.rpc
async def passkeys(query: second_factor.ListPasskeys, app: AuthApp) -> Page[second_factor.Passkey]:
    return await list_passkeys(app, query)


@handlers.rpc
async def begin_passkey(command: second_factor.StartPasskey, app: AuthApp) -> second_factor.PasskeyQuestion:
    return await start_passkey(app, command)


@handlers.rpc
async def add_passkey(
    command: second_factor.RegisterPasskey, app: AuthApp
) -> second_factor.PasskeyRegistered:
    return await register_passkey(app, command)


@handlers.rpc
async def drop_passkey(command: second_factor.RemovePasskey, app: AuthApp) -> Nothing:
    return await remove_passkey(app, command)


@handlers.rpc
async def ask_passkey(command: second_factor.AskPasskey, app: AuthApp) -> second_factor.PasskeyQuestion:
    return await ask_for_passkey(app, command)


@handlers.rpc
async def sign_in_by_passkey(command: second_factor.SignInWithPasskey, app: AuthApp) -> auth.SignedIn:
    return await sign_in_with_passkey(app, command)
