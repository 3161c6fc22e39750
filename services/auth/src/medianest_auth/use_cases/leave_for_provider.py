"""Send somebody to a provider to sign in."""

from medianest_auth.app import AuthApp
from medianest_auth.invites import find_open
from medianest_auth.provider_flows import SIGN_IN, Purpose, limit_starts, send_away
from medianest_common.contracts.auth.providers import LeaveForProvider, ProviderAddress


async def leave_for_provider(app: AuthApp, command: LeaveForProvider) -> ProviderAddress:
    provider = app.providers.named(command.provider)
    await limit_starts(app, command.client)
    return await send_away(
        app,
        provider,
        client=command.client,
        return_to=command.return_to,
        purpose=await _purpose(app, command),
        fresh=command.fresh,
    )


async def _purpose(app: AuthApp, command: LeaveForProvider) -> Purpose:
    if command.invite is None:
        return SIGN_IN
    async with app.db.transaction() as tx:
        invite, _ = await find_open(app, tx, command.invite)
        return Purpose(invite_id=invite.id)
