"""The whole queue rests, and goes on. Whoever does either holds the slots (`Assets.alone_at_the_slots`)."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from medianest_common.clock import uuid7
from medianest_common.contracts.youtube import FailureCode
from medianest_common.contracts.youtube.events import QueuePaused, QueueResumed
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.failures import consequence
from medianest_youtube.models import QueuePause
from medianest_youtube.moves import ask_for_a_worker
from medianest_youtube.policy import OF_THE_MACHINE, pause_for
from medianest_youtube.repository.pauses import Pauses

log = structlog.get_logger()

_A_WHILE = timedelta(seconds=30)


def is_closed(pause: QueuePause | None, *, now: datetime, running: int) -> bool:
    """Whether nothing may begin. When a pause's time is over one download goes ahead and tries."""
    if pause is None:
        return False
    return pause.until is None or pause.until > now or running > 0


def may_have_ffmpeg(pause: QueuePause | None, *, now: datetime) -> bool:
    """It rests for want of ffmpeg, and whoever has it may let it go on. Not at once, where yt-dlp says that it is
    missing and it is there.
    """
    return pause is not None and pause.code is FailureCode.FFMPEG_MISSING and now - pause.since > _A_WHILE


async def trip(
    app: YoutubeApp,
    tx: Transaction,
    code: FailureCode,
    *,
    begun: datetime,
    reason: str | None = None,
    until: datetime | None = None,
) -> None:
    """A download that began at `begun` has met something that all others would meet as well."""
    now = app.clock.now()
    pause = await Pauses(tx.session).open()
    if pause is not None and (pause.code is None or pause.since > begun):
        return  # an administrator's word stands above it; or another download has said so already
    strikes = pause.strikes + 1 if pause and pause.code == code else 1
    length = pause_for(code, strikes=strikes)
    assert length is not None
    reason = reason or consequence(code).sentence
    if pause is not None:
        pause.ended_at = now
        await tx.session.flush()
    until = until or now + length
    tx.session.add(QueuePause(id=uuid7(), code=code, reason=reason, since=now, until=until, strikes=strikes))
    tx.emit(QueuePaused(code=code, reason=reason, until=until))
    log.warning("queue_paused", why=code.value, strikes=strikes, seconds=length.total_seconds())


async def pause_by_hand(app: YoutubeApp, tx: Transaction, *, reason: str, actor: UUID) -> None:
    now = app.clock.now()
    pause = await Pauses(tx.session).open()
    if pause is not None:
        pause.ended_at = now
        await tx.session.flush()
    tx.session.add(QueuePause(id=uuid7(), code=None, reason=reason, since=now, until=None, strikes=0))
    tx.emit(QueuePaused(code=None, reason=reason, until=None, actor_id=actor))
    log.info("queue_paused_by_hand")


async def go_on(app: YoutubeApp, tx: Transaction, *, actor: UUID | None = None) -> None:
    """If it rests. `actor`: who says so; nobody where it is over by itself."""
    pause = await Pauses(tx.session).open()
    if pause is None:
        return
    pause.ended_at = app.clock.now()
    tx.emit(QueueResumed(actor_id=actor))
    for _ in range(app.settings.youtube_slots):
        ask_for_a_worker(tx)
    log.info("queue_resumed", why=pause.code.value if pause.code else None)


async def prove(app: YoutubeApp, tx: Transaction) -> None:
    """YouTube has answered a download that was let go ahead."""
    pause = await Pauses(tx.session).open()
    if (
        pause is not None
        and pause.code is not None
        and pause.code not in OF_THE_MACHINE
        and pause.until is not None
        and pause.until <= app.clock.now()
    ):
        await go_on(app, tx)
