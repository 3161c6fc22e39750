"""Every change of an asset's state happens here: the row, the event and the ticket that follows, in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from prometheus_client import Counter

from medianest_common.clock import uuid7
from medianest_common.contracts.personal import NOBODY
from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.contracts.youtube.events import (
    DownloadCancelled,
    DownloadChange,
    DownloadFailed,
    DownloadQueued,
    DownloadReady,
    DownloadRemoved,
    DownloadStarted,
    DownloadStored,
)
from medianest_common.contracts.youtube.jobs import DownloadAsset
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, Download
from medianest_youtube.progress import Wish, forget_progress, tell
from medianest_youtube.repository.assets import Assets
from medianest_youtube.states import RUNNING
from medianest_youtube.stored_files import delete_stored

MOVES = Counter("medianest_download_moves_total", "Downloads by the state they came into.", ["status"])
_EVENTS: dict[DownloadStatus, type[DownloadChange]] = {
    DownloadStatus.QUEUED: DownloadQueued,
    DownloadStatus.DOWNLOADING: DownloadStarted,
    DownloadStatus.IMPORTING: DownloadStored,
    DownloadStatus.READY: DownloadReady,
    DownloadStatus.FAILED: DownloadFailed,
    DownloadStatus.CANCELLED: DownloadCancelled,
    DownloadStatus.REMOVED: DownloadRemoved,
}
"""The others are only seen, not told: they come and go."""
_MOST_TICKETS = 16
"""In one transaction: as many as can ever be used at once. Each that is used up brings the next."""


async def move(
    app: YoutubeApp,
    tx: Transaction,
    asset: Asset,
    to: DownloadStatus,
    *,
    reason: str | None = None,
    code: FailureCode | None = None,
    not_before: datetime | None = None,
    wishes: Sequence[Download] | None = None,
) -> None:
    """The asset must be locked or new, and in the session. `wishes` are those who are told, where it is not simply
    everybody who waits for it, as when they have just withdrawn.
    """
    now = app.clock.now()
    came_from = asset.status
    if came_from is DownloadStatus.REMOVED and to is not came_from and asset.files:
        # Somebody wants it again before its files are gone. Afterwards nothing would lead to them any more.
        await delete_stored(app, tx, asset)
    asset.status, asset.status_since, asset.status_reason = to, now, reason
    asset.not_before = not_before
    asset.updated_at = now
    asset.version = (asset.version or 0) + 1
    if to not in RUNNING:
        asset.worker = asset.lease_until = None
    if wishes is None:
        await tx.session.flush()
        wishes = await Assets(tx.session).wishes(asset.id)
    if event := _EVENTS.get(to):
        tx.emit(_told_of(event, asset, wishes, code=code, reason=reason))
    if to is DownloadStatus.QUEUED:
        ask_for_a_worker(tx)
    told = [Wish(wish.id, wish.user_id) for wish in wishes]

    async def show() -> None:
        MOVES.labels(to.value).inc()
        if came_from in RUNNING and to not in RUNNING:
            await forget_progress(app, asset.id)
        await tell(app, told, status=to)

    tx.after_commit(show)


def ask_for_a_worker(tx: Transaction) -> None:
    """A ticket for whatever is most urgent when it is used."""
    waiting = sum(message["subject"] == DownloadAsset.subject for message in tx.pending)
    if waiting < _MOST_TICKETS:
        tx.enqueue(DownloadAsset(ticket=uuid7()))


def _told_of[E: DownloadChange](
    event: type[E],
    asset: Asset,
    wishes: Sequence[Download],
    *,
    code: FailureCode | None,
    reason: str | None,
) -> E:
    wishes = [wish for wish in wishes if wish.user_id != NOBODY]
    return event(
        asset_id=asset.id,
        video_id=asset.video_id,
        title=asset.title,
        channel=asset.channel,
        status=asset.status,
        user_ids=list(dict.fromkeys(wish.user_id for wish in wishes)),
        singly=list(
            dict.fromkeys(wish.user_id for wish in wishes if not (wish.batch_id or wish.subscription_id))
        ),
        download_ids={wish.user_id: wish.id for wish in wishes},
        batch_id=next((wish.batch_id for wish in wishes if wish.batch_id), None),
        subscription_id=next((wish.subscription_id for wish in wishes if wish.subscription_id), None),
        code=code,
        reason=reason,
        size=asset.size,
        plex_url=asset.plex_url,
        version=asset.version,
    )
