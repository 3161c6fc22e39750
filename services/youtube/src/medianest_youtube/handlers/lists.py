"""Playlists and channels: read once as a batch, or followed."""

from medianest_common.contracts.youtube.downloads import IndexList
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers.base import handlers
from medianest_youtube.use_cases.call_readers import call_readers
from medianest_youtube.use_cases.read_list import read_list

_CALL_SECONDS = 5.0


@handlers.job(concurrency=1, ack_wait=60)
async def on_index_list(job: IndexList, app: YoutubeApp) -> None:
    await read_list(app)


@handlers.every(_CALL_SECONDS)
async def read_what_is_due(app: YoutubeApp) -> None:
    await call_readers(app)
