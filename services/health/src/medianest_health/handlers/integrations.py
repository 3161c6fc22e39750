"""What the portal works with: what is only watched is set here, and what others use is learned from them."""

from medianest_common.contracts import integrations as shared
from medianest_common.contracts.health import integrations
from medianest_common.contracts.media import integrations as of_media
from medianest_common.contracts.plex import integrations as of_plex
from medianest_common.contracts.plex.connection import ConnectionChanged
from medianest_common.integrations import (
    change_integration,
    list_integrations,
    remove_integration,
    taken,
    to_try,
)
from medianest_health.app import HealthApp
from medianest_health.handlers.base import handlers
from medianest_health.use_cases.try_integration import try_integration


@handlers.rpc
async def integrations_listed(query: integrations.ListIntegrations, app: HealthApp) -> shared.IntegrationList:
    return await list_integrations(app.integrations.own)


@handlers.rpc
async def integration_changed(command: integrations.ChangeIntegration, app: HealthApp) -> shared.Integration:
    return await change_integration(app.integrations.own, command, event=integrations.IntegrationChanged)


@handlers.rpc
async def integration_removed(command: integrations.RemoveIntegration, app: HealthApp) -> shared.Integration:
    return await remove_integration(app.integrations.own, command, event=integrations.IntegrationChanged)


@handlers.rpc
async def integration_tried(command: integrations.TryIntegration, app: HealthApp) -> shared.TrialReport:
    values = await to_try(app.integrations.own, command)
    return await try_integration(app, command.integration, values)


@handlers.rpc
async def another_tried(command: integrations.TryHanded, app: HealthApp) -> shared.TrialReport:
    values = taken(app.integrations.own, command.handed)
    return await try_integration(app, command.handed.integration, values)


@handlers.listen(integrations.IntegrationChanged)
async def take_up_own(event: integrations.IntegrationChanged, app: HealthApp) -> None:
    await app.integrations.own.refresh()


@handlers.listen(of_media.IntegrationChanged)
async def ask_media(event: of_media.IntegrationChanged, app: HealthApp) -> None:
    await app.integrations.ask("media")


@handlers.listen(of_plex.IntegrationChanged, ConnectionChanged)
async def ask_plex(event: of_plex.IntegrationChanged | ConnectionChanged, app: HealthApp) -> None:
    await app.integrations.ask("plex")
