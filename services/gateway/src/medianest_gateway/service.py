"""The gateway's wiring."""

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
    web=build,
    leaving=say_goodbye,
)
