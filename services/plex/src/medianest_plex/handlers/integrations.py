"""Where Plex is and what opens it, set while the service runs."""

from medianest_common.bus.context import require_operator
from medianest_common.contracts import integrations as shared
from medianest_common.contracts.health.integrations import TryHanded
from medianest_common.contracts.integrations import HandedOver, IntegrationKind
from medianest_common.contracts.plex import integrations
from medianest_common.integrations import (
    Values,
    change_integration,
    hand,
    list_integrations,
    remove_integration,
    to_try,
)
from medianest_plex.app import PlexApp
from medianest_plex.handlers.base import handlers
from medianest_plex.use_cases.try_account import try_account

_TRY_SECONDS = 14.0


@handlers.rpc
async def integrations_listed(query: integrations.ListIntegrations, app: PlexApp) -> shared.IntegrationList:
    return await list_integrations(app.integrations)


@handlers.rpc
async def integration_changed(command: integrations.ChangeIntegration, app: PlexApp) -> shared.Integration:
    return await change_integration(app.integrations, command, event=integrations.IntegrationChanged)


@handlers.rpc
async def integration_removed(command: integrations.RemoveIntegration, app: PlexApp) -> shared.Integration:
    return await remove_integration(app.integrations, command, event=integrations.IntegrationChanged)


@handlers.rpc
async def integration_tried(command: integrations.TryIntegration, app: PlexApp) -> shared.TrialReport:
    values = await to_try(app.integrations, command)
    if not values.url:
        return await try_account(app, values)
    handed = hand(app.integrations, app.integrations.kind(command.integration), values)
    return await app.bus.call(TryHanded(handed=handed), timeout=_TRY_SECONDS)


@handlers.rpc
async def integrations_handed(query: integrations.HandOverIntegrations, app: PlexApp) -> HandedOver:
    """With the token that is used: the account's owner may have given a later one."""
    require_operator()
    await app.integrations.refresh()
    if app.set_up is None:
        return HandedOver(items=[])
    values = Values(app.integrations.settings.plex_url, app.set_up.token)
    return HandedOver(items=[hand(app.integrations, app.integrations.kind(IntegrationKind.PLEX), values)])


@handlers.listen(integrations.IntegrationChanged)
async def take_up_integrations(event: integrations.IntegrationChanged, app: PlexApp) -> None:
    await app.integrations.refresh()
