"""What runs now, for pages that have just been opened; the same frames as those that follow."""

from sqlalchemy import select

from medianest_common.contracts.live import MOST_STATES, LiveState, LiveStates
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, Download
from medianest_youtube.progress import frame_of, progress_of
from medianest_youtube.states import RUNNING


async def read_download_states(app: YoutubeApp) -> LiveStates:
    running = (
        select(Download.id, Download.user_id, Asset.id.label("asset_id"), Asset.status)
        .join(Asset, Asset.id == Download.asset_id)
        .where(Asset.status.in_(RUNNING), Download.ended_at.is_(None))
        .order_by(Download.id.desc())
        .limit(MOST_STATES + 1)
    )
    async with app.db.read() as connection:
        rows = (await connection.execute(running)).all()
    progress = await progress_of(app, {row.asset_id for row in rows})
    return LiveStates.first_of(
        [
            LiveState(
                frame=frame_of(row.id, status=row.status, progress=progress.get(row.asset_id)),
                user_ids=[row.user_id],
                admins=True,
            )
            for row in rows
        ]
    )
