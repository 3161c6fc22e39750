"""How far what people wait for has been downloaded."""

from medianest_common.contracts.live import LiveStates
from medianest_common.contracts.media.live import ReadProgressStates
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases import watch_downloads

handlers.every(watch_downloads.TICK_SECONDS)(watch_downloads.watch_downloads)


@handlers.rpc
async def on_read_states(query: ReadProgressStates, app: MediaApp) -> LiveStates:
    return await watch_downloads.read_progress_states(app)
