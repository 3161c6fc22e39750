"""What the service works with, set while it runs."""

from medianest_common.contracts import integrations as shared
from medianest_common.contracts.health.integrations import TryHanded
from medianest_common.contracts.media import integrations
from medianest_common.integrations import (
    change_integration,
    hand,
    hand_over,
    list_integrations,
    remove_integration,
    to_try,
)
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases.move_to_another_overseerr import move_to_another_overseerr

_TRY_SECONDS = 14.0


@handlers.rpc
async def integrations_listed(query: integrations.ListIntegrations, app: MediaApp) -> shared.IntegrationList:
    return await list_integrations(app.integrations)


@handlers.rpc
async def integration_changed(command: integrations.ChangeIntegration, app: MediaApp) -> shared.Integration:
    return await change_integration(
        app.integrations, command, event=integrations.IntegrationChanged, moved=move_to_another_overseerr
    )


@handlers.rpc
async def integration_removed(command: integrations.RemoveIntegration, app: MediaApp) -> shared.Integration:
    return await remove_integration(
        app.integrations, command, event=integrations.IntegrationChanged, moved=move_to_another_overseerr
    )


@handlers.rpc
async def integration_tried(command: integrations.TryIntegration, app: MediaApp) -> shared.TrialReport:
    values = await to_try(app.integrations, command)
    handed = hand(app.integrations, app.integrations.kind(command.integration), values)
    return await app.bus.call(TryHanded(handed=handed), timeout=_TRY_SECONDS)


@handlers.rpc
async def integrations_handed(query: integrations.HandOverIntegrations, app: MediaApp) -> shared.HandedOver:
    return await hand_over(app.integrations)


@handlers.listen(integrations.IntegrationChanged)
async def take_up_integrations(event: integrations.IntegrationChanged, app: MediaApp) -> None:
    await app.integrations.refresh()
