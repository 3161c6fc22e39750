"""The queue: tickets, what runs by the clock, and what people do to it and to what they wait for."""

from medianest_common.contracts.base import Nothing
from medianest_common.contracts.live import LiveStates
from medianest_common.contracts.youtube import downloads, jobs, queue
from medianest_common.contracts.youtube.live import ReadDownloadStates
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers.base import handlers
from medianest_youtube.removing import delete_what_is_left
from medianest_youtube.stopping import hear_stop
from medianest_youtube.use_cases.clear_staging import clear_leftovers
from medianest_youtube.use_cases.get_download import get_download
from medianest_youtube.use_cases.hurry_download import hurry_download
from medianest_youtube.use_cases.pause_download import pause_download
from medianest_youtube.use_cases.pause_queue import get_queue, pause_queue, resume_queue
from medianest_youtube.use_cases.read_download_states import read_download_states
from medianest_youtube.use_cases.remove_download import remove_download
from medianest_youtube.use_cases.resume_download import resume_download
from medianest_youtube.use_cases.retry_download import retry_download
from medianest_youtube.use_cases.run_download import use_ticket
from medianest_youtube.use_cases.sweep_queue import SWEEP_SECONDS, sweep_queue

_TIDY_SECONDS = 60.0


@handlers.job(concurrency=4, ack_wait=30)
async def on_download_asset(job: jobs.DownloadAsset, app: YoutubeApp) -> None:
    await use_ticket(app)


@handlers.live(queue.STOP_DOWNLOAD)
async def on_stop(subject: str, body: bytes, app: YoutubeApp) -> None:
    await hear_stop(app, body)


@handlers.every(SWEEP_SECONDS)
async def sweep(app: YoutubeApp) -> None:
    await sweep_queue(app)


@handlers.every(_TIDY_SECONDS)
async def tidy_up(app: YoutubeApp) -> None:
    await clear_leftovers(app)
    await delete_what_is_left(app)


@handlers.rpc
async def on_get_download(query: downloads.GetDownload, app: YoutubeApp) -> downloads.Download:
    return await get_download(app, query.id)


@handlers.rpc
async def on_pause_download(command: downloads.PauseDownload, app: YoutubeApp) -> downloads.Download:
    await pause_download(app, command)
    return await get_download(app, command.id)


@handlers.rpc
async def on_resume_download(command: downloads.ResumeDownload, app: YoutubeApp) -> downloads.Download:
    await resume_download(app, command)
    return await get_download(app, command.id)


@handlers.rpc
async def on_retry_download(command: downloads.RetryDownload, app: YoutubeApp) -> downloads.Download:
    await retry_download(app, command)
    return await get_download(app, command.id)


@handlers.rpc
async def on_hurry_download(command: downloads.HurryDownload, app: YoutubeApp) -> downloads.Download:
    await hurry_download(app, command)
    return await get_download(app, command.id)


@handlers.rpc
async def on_remove_download(command: downloads.RemoveDownload, app: YoutubeApp) -> Nothing:
    await remove_download(app, command)
    return Nothing()


@handlers.rpc
async def on_read_states(query: ReadDownloadStates, app: YoutubeApp) -> LiveStates:
    return await read_download_states(app)


@handlers.rpc
async def on_get_queue(query: queue.GetQueue, app: YoutubeApp) -> queue.Queue:
    return await get_queue(app)


@handlers.rpc
async def on_pause_queue(command: queue.PauseQueue, app: YoutubeApp) -> queue.Queue:
    return await pause_queue(app, command)


@handlers.rpc
async def on_resume_queue(command: queue.ResumeQueue, app: YoutubeApp) -> queue.Queue:
    return await resume_queue(app)
