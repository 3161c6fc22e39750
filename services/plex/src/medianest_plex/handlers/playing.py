"""What is played now, what was, and the webhooks that tell of it."""

from medianest_common.contracts.live import LiveStates
from medianest_common.contracts.plex.indexing import (
    HintLibraries,
    ReceivePlexWebhook,
    ReceiveTautulliWebhook,
)
from medianest_common.contracts.plex.live import ReadSessionStates
from medianest_common.contracts.plex.playback import (
    GetPlayStats,
    ListPlays,
    ListSessions,
    NowPlaying,
    PlaybackHinted,
    PlayHistory,
    PlayStats,
)
from medianest_plex import jobs
from medianest_plex.app import PlexApp
from medianest_plex.handlers.base import handlers
from medianest_plex.library_hints import hint_libraries
from medianest_plex.use_cases.get_play_stats import get_play_stats
from medianest_plex.use_cases.list_plays import list_plays
from medianest_plex.use_cases.list_sessions import list_sessions, read_session_states
from medianest_plex.use_cases.receive_webhook import receive_plex_webhook, receive_tautulli_webhook


@handlers.rpc
async def sessions(query: ListSessions, app: PlexApp) -> NowPlaying:
    return await list_sessions(app, query)


@handlers.rpc
async def session_states(query: ReadSessionStates, app: PlexApp) -> LiveStates:
    return await read_session_states(app)


@handlers.rpc
async def plays(query: ListPlays, app: PlexApp) -> PlayHistory:
    return await list_plays(app, query)


@handlers.rpc
async def play_stats(query: GetPlayStats, app: PlexApp) -> PlayStats:
    return await get_play_stats(app, query)


@handlers.listen(PlaybackHinted)
async def look_what_is_played(event: PlaybackHinted, app: PlexApp) -> None:
    app.play_hints.set()


@handlers.job(concurrency=2)
async def plex_webhook(job: ReceivePlexWebhook, app: PlexApp) -> None:
    await receive_plex_webhook(app, job)


@handlers.job(concurrency=2)
async def tautulli_webhook(job: ReceiveTautulliWebhook, app: PlexApp) -> None:
    await receive_tautulli_webhook(app, job)


@handlers.job()
async def libraries_hinted(job: HintLibraries, app: PlexApp) -> None:
    await hint_libraries(app, job.type)


@handlers.every(jobs.BEAT_SECONDS)
async def follow(app: PlexApp) -> None:
    await jobs.follow(app)


@handlers.every(jobs.HISTORY_SECONDS)
async def read_history(app: PlexApp) -> None:
    await jobs.read_history(app)


@handlers.every(jobs.SETTLE_SECONDS)
async def settle_plays(app: PlexApp) -> None:
    await jobs.settle_plays(app)


@handlers.every(jobs.FORGET_SECONDS)
async def forget_plays(app: PlexApp) -> None:
    await jobs.forget_plays(app)
