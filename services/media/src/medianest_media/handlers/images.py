"""Pictures of titles and people."""

from medianest_common.bus import Raw
from medianest_common.contracts.media.images import GetImage
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases.get_image import get_image


@handlers.rpc
async def on_get_image(query: GetImage, app: MediaApp) -> Raw:
    return await get_image(app, query)
