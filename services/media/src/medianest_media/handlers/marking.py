"""What administrators say of requests that no system fetches."""

from medianest_common.bus import Raw
from medianest_common.contracts.media.marking import MarkRequest
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases.mark_request import mark_request


@handlers.rpc
async def on_mark_request(command: MarkRequest, app: MediaApp) -> Raw:
    return await mark_request(app, command)
