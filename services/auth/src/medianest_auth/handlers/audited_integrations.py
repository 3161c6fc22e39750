"""Which outside systems administrators have set, for the audit log: whichever service owns them."""

from medianest_auth.app import AuthApp
from medianest_auth.handlers.base import handlers
from medianest_common.contracts.health import integrations as of_health
from medianest_common.contracts.integrations import Changed
from medianest_common.contracts.media import integrations as of_media
from medianest_common.contracts.notifications import integrations as of_notifications
from medianest_common.contracts.plex import integrations as of_plex
from medianest_common.db import Transaction


@handlers.on(
    of_health.IntegrationChanged,
    of_media.IntegrationChanged,
    of_notifications.IntegrationChanged,
    of_plex.IntegrationChanged,
)
async def on_integration_changed(event: Changed, app: AuthApp, tx: Transaction) -> None:
    app.audit.record(
        tx,
        "integration_reset" if event.removed else "integration_change",
        actor_id=event.actor_id,
        target=f"integration:{event.integration.value}",
    )
