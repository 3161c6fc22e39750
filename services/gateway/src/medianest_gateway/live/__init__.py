"""The live stream: what the gateway sends to open pages by itself, over WebSocket or server-sent events."""

from medianest_gateway.live.admission import Admission
from medianest_gateway.live.hub import Hub
from medianest_gateway.live.limits import Limits
from medianest_gateway.live.routes import live_routes, own_origins
from medianest_gateway.live.tickets import Tickets

__all__ = ["Admission", "Hub", "Limits", "Tickets", "live_routes", "own_origins"]
