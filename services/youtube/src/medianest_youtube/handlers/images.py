"""Pictures of videos, playlists and channels."""

from medianest_common.bus import Raw
from medianest_common.contracts.youtube.images import GetImage
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers.base import handlers
from medianest_youtube.use_cases.get_image import get_image


@handlers.rpc
async def on_get_image(query: GetImage, app: YoutubeApp) -> Raw:
    return await get_image(app, query)
