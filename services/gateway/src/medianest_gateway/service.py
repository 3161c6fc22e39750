"""The gateway's wiring."""

from medianest_common.bus import Reach
from medianest_common.contracts.health.webhooks import ReceiveWebhook
from medianest_common.contracts.media import ReceiveOverseerrWebhook
from medianest_common.contracts.plex.indexing import ReceivePlexWebhook, ReceiveTautulliWebhook
from medianest_common.service import Service
from medianest_gateway.app import GatewayApp, open_app
from medianest_gateway.asgi import build
from medianest_gateway.handlers import handlers
from medianest_gateway.settings import GatewaySettings


async def say_goodbye(app: GatewayApp) -> None:
    await app.hub.drain()


SERVICE = Service(
    name="gateway",
    handlers=handlers,
    open_app=open_app,
    settings=GatewaySettings,
    reach=Reach(
        asks_anything=True,
        gives=(ReceiveOverseerrWebhook, ReceivePlexWebhook, ReceiveTautulliWebhook, ReceiveWebhook),
        looks=("STREAM.LIST", "CONSUMER.LIST.*"),
        keeps_streams=True,
    ),
    web=build,
    leaving=say_goodbye,
)
