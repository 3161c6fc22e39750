"""The mail server, set while the service runs."""

from medianest_common.contracts import integrations as shared
from medianest_common.contracts.notifications import integrations
from medianest_common.integrations import (
    change_integration,
    list_integrations,
    remove_integration,
    to_try,
)
from medianest_notifications.app import NotificationsApp
from medianest_notifications.handlers.base import handlers
from medianest_notifications.use_cases.try_mail_server import try_mail_server


@handlers.rpc
async def integrations_listed(
    query: integrations.ListIntegrations, app: NotificationsApp
) -> shared.IntegrationList:
    return await list_integrations(app.integrations)


@handlers.rpc
async def integration_changed(
    command: integrations.ChangeIntegration, app: NotificationsApp
) -> shared.Integration:
    return await change_integration(app.integrations, command, event=integrations.IntegrationChanged)


@handlers.rpc
async def integration_removed(
    command: integrations.RemoveIntegration, app: NotificationsApp
) -> shared.Integration:
    return await remove_integration(app.integrations, command, event=integrations.IntegrationChanged)


@handlers.rpc
async def integration_tried(
    command: integrations.TryIntegration, app: NotificationsApp
) -> shared.TrialReport:
    values = await to_try(app.integrations, command)
    settings = app.integrations.settings_with(command.integration, values)
    return await try_mail_server(settings, clock=app.clock)


@handlers.listen(integrations.IntegrationChanged)
async def take_up_integrations(event: integrations.IntegrationChanged, app: NotificationsApp) -> None:
    await app.integrations.refresh()
