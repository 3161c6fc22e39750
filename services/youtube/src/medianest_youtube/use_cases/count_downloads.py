"""How many of the caller's downloads there are in each state."""

from sqlalchemy import text

from medianest_common.bus import require_caller
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import DownloadCounts
from medianest_youtube.app import YoutubeApp

# As `download_views.status_of` has it: what somebody has withdrawn is over for them, whoever else still wants it.
_COUNTS = """
    select case when d.ended_at is null or a.status = 'removed' then a.status else 'cancelled' end, count(*)
    from downloads d join assets a on a.id = d.asset_id
    where d.user_id = :owner and d.removed_at is null group by 1
"""


async def count_downloads(app: YoutubeApp) -> DownloadCounts:
    async with app.db.read() as connection:
        rows = await connection.execute(text(_COUNTS), {"owner": require_caller().user_id})
        counted = {str(status): int(n) for status, n in rows}
    by_state = {status.value: counted.get(status.value, 0) for status in DownloadStatus}
    return DownloadCounts(total=sum(by_state.values()), **by_state)
