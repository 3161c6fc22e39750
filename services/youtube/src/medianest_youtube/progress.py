"""How far downloads are: the last state for whoever looks, and a frame for whoever is looking."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from medianest_common.contracts.live import LiveFrame
from medianest_common.contracts.notifications import PUSH_ADMINS, push_subject
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import DOWNLOAD_PROGRESS, Progress
from medianest_common.contracts.youtube.live import DownloadShown
from medianest_youtube.app import YoutubeApp

log = structlog.get_logger()

_KEPT_SECONDS = 120
"""Longer than a worker is silent; what nobody has told anew for so long is not true any more."""


class Wish(NamedTuple):
    """Who is told, and of which of their downloads."""

    download_id: UUID
    user_id: UUID


async def progress_of(app: YoutubeApp, asset_ids: Collection[UUID]) -> dict[UUID, Progress]:
    """Of those that run now. Without Valkey nothing is known here, and the next frame tells."""
    ids = list(asset_ids)
    if not ids:
        return {}
    try:
        found = await app.valkey.mget([_key(asset_id) for asset_id in ids])
    except (RedisError, OSError, TimeoutError):
        return {}
    return {
        asset_id: Progress.model_validate_json(text)
        for asset_id, text in zip(ids, found, strict=True)
        if text
    }


async def remember_progress(app: YoutubeApp, asset_id: UUID, progress: Progress) -> None:
    try:
        await app.valkey.set(_key(asset_id), progress.model_dump_json(), ex=_KEPT_SECONDS)
    except (RedisError, OSError, TimeoutError) as error:
        log.debug("progress_not_kept", error=type(error).__name__)


async def forget_progress(app: YoutubeApp, asset_id: UUID) -> None:
    try:
        await app.valkey.delete(_key(asset_id))
    except (RedisError, OSError, TimeoutError) as error:
        log.debug("progress_not_forgotten", error=type(error).__name__)


async def tell(
    app: YoutubeApp,
    wishes: Sequence[Wish],
    *,
    status: DownloadStatus,
    progress: Progress | None = None,
    position: int | None = None,
) -> None:
    """A frame to each who has asked for it, about their own download, and to administrators about each of them."""
    for wish in wishes:
        frame = frame_of(wish.download_id, status=status, progress=progress, position=position)
        body = frame.model_dump_json().encode()
        await app.bus.publish_live(push_subject(wish.user_id), body)
        await app.bus.publish_live(PUSH_ADMINS, body)


def frame_of(
    download_id: UUID,
    *,
    status: DownloadStatus,
    progress: Progress | None = None,
    position: int | None = None,
) -> LiveFrame:
    shown = DownloadShown(download_id=download_id, status=status, progress=progress, position=position)
    return LiveFrame(
        key=f"{DOWNLOAD_PROGRESS}:{download_id}", type=DOWNLOAD_PROGRESS, data=shown.model_dump(mode="json")
    )


def _key(asset_id: UUID) -> str:
    return f"youtube:progress:{asset_id.hex}"
