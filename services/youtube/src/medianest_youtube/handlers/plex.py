"""What Plex is told of what has been downloaded."""

from medianest_common.contracts.youtube.jobs import HandOver, KeepCollection, ReleaseCollection
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers.base import handlers
from medianest_youtube.use_cases.hand_over import hand_over
from medianest_youtube.use_cases.keep_collection import keep_collection
from medianest_youtube.use_cases.release_collection import release_collection


@handlers.job(concurrency=4, ack_wait=60)
async def on_stored(job: HandOver, app: YoutubeApp) -> None:
    await hand_over(app, job)


@handlers.job(concurrency=1, ack_wait=90)
async def on_list_grown(job: KeepCollection, app: YoutubeApp) -> None:
    await keep_collection(app, job)


@handlers.job(concurrency=1, ack_wait=90)
async def on_list_given_up(job: ReleaseCollection, app: YoutubeApp) -> None:
    await release_collection(app, job)
