"""What a running download tells: often enough to be watched, seldom enough to cost nothing."""

import asyncio
from collections.abc import Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import Progress, ProgressStep
from medianest_youtube.app import YoutubeApp
from medianest_youtube.claiming import Claim
from medianest_youtube.progress import Wish, remember_progress, tell
from medianest_youtube.repository.assets import Assets
from medianest_youtube.worker.lines import Transferred

log = structlog.get_logger()

FRAME_SECONDS = 0.25
_WISHES_SECONDS = 10.0
_PATIENCE_SECONDS = 5.0


class Reporter:
    """Keeps the latest; `run` sends it, at most four times a second."""

    def __init__(self, app: YoutubeApp, claim: Claim) -> None:
        self._app, self._claim = app, claim
        self._progress = Progress(step=ProgressStep.STARTING)
        self._status = DownloadStatus.DOWNLOADING
        self._news = asyncio.Event()
        self._news.set()
        self._wishes: Sequence[Wish] = ()
        self._asked_at: float | None = None

    def step(self, step: ProgressStep) -> None:
        if step not in (ProgressStep.STARTING, ProgressStep.DOWNLOADING):
            self._status = DownloadStatus.PROCESSING
        self._change(step=step, bytes_per_second=None, eta_seconds=None)

    def transferred(self, line: Transferred) -> None:
        total = line.total_bytes
        self._change(
            step=ProgressStep.DOWNLOADING,
            percent=round(min(100 * line.downloaded_bytes / total, 100), 1) if total else None,
            downloaded_bytes=line.downloaded_bytes,
            total_bytes=total,
            bytes_per_second=line.bytes_per_second,
            eta_seconds=line.eta_seconds,
        )

    async def run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await remember_progress(self._app, self._claim.lease.asset_id, self._progress)
            await tell(self._app, await self._who_waits(), status=self._status, progress=self._progress)
            await asyncio.sleep(FRAME_SECONDS)

    def _change(self, **changes: object) -> None:
        self._progress = self._progress.model_copy(update=changes)
        self._news.set()

    async def _who_waits(self) -> Sequence[Wish]:
        """Somebody may join or leave at any time."""
        now = self._app.clock.monotonic()
        if self._asked_at is None or now - self._asked_at > _WISHES_SECONDS:
            self._asked_at = now
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS), self._app.db.transaction() as tx:
                    wishes = await Assets(tx.session).wishes(self._claim.lease.asset_id)
            except (SQLAlchemyError, OSError) as error:
                # The download goes on: whether it may is for its lease to say.
                log.debug("wishes_not_read", error=type(error).__name__)
                return self._wishes
            waiting = [Wish(wish.id, wish.user_id) for wish in wishes]
            # Their last frame is not one of progress that was sent before they were known to be gone.
            gone = [wish for wish in self._wishes if wish not in waiting]
            self._wishes = waiting
            if waiting:
                await tell(self._app, gone, status=DownloadStatus.CANCELLED)
        return self._wishes
