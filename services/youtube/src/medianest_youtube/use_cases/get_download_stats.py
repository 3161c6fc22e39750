"""How much is there, of whom and from where, and how well it goes."""

from datetime import timedelta

from sqlalchemy import text

from medianest_common.bus import require_caller
from medianest_common.contracts.youtube.queue import ChannelUse, DownloadStats, PersonUse
from medianest_youtube.app import YoutubeApp

_DAYS = timedelta(days=30)
_MINE = (
    "exists (select 1 from downloads d where d.asset_id = a.id and d.user_id = :owner and d.ended_at is null)"
)
_THERE = "a.status in ('importing', 'ready')"
_TOTALS = """
    select count(*) filter (where {there}) as videos,
        coalesce(sum(a.size) filter (where {there}), 0)::bigint as bytes,
        count(*) filter (where a.stored_at > :since) as finished,
        count(*) filter (where a.status = 'failed' and a.status_since > :since) as failed
    from assets a where {whose}
"""
_CHANNELS = """
    select coalesce(max(a.channel), 'Unknown') as channel, count(*) as videos,
        coalesce(sum(a.size), 0)::bigint as bytes
    from assets a where {there} and {whose}
    group by coalesce(a.channel_id, a.channel) order by bytes desc, videos desc, channel limit 10
"""
_FAILURES = """
    select coalesce(a.failure, 'UNKNOWN') as code, count(*) as times
    from assets a where a.status = 'failed' and a.status_since > :since and {whose} group by 1 order by 1
"""
_PEOPLE = """
    select p.id, p.name, count(*) as videos, coalesce(sum(a.size), 0)::bigint as bytes
    from downloads d join assets a on a.id = d.asset_id join people p on p.id = d.user_id
    where d.ended_at is null and {there} group by p.id order by bytes desc, p.id limit 100
"""


async def get_download_stats(app: YoutubeApp) -> DownloadStats:
    """What several people share is counted once in all, and for each of them."""
    caller = require_caller()
    whose = "true" if caller.is_admin else _MINE
    values = {"owner": caller.user_id, "since": app.clock.now() - _DAYS}
    names = {"there": _THERE, "whose": whose}
    async with app.db.read() as connection:

        async def rows(sql: str) -> list[dict[str, object]]:
            statement = text(sql.format(**names))
            wanted = {name: value for name, value in values.items() if f":{name}" in statement.text}
            return [dict(row) for row in (await connection.execute(statement, wanted)).mappings()]

        [totals] = await rows(_TOTALS)
        channels, failures = await rows(_CHANNELS), await rows(_FAILURES)
        people = await rows(_PEOPLE) if caller.is_admin else []
    finished, failed = int(str(totals["finished"])), int(str(totals["failed"]))
    return DownloadStats.model_validate(
        {
            "videos": totals["videos"],
            "bytes": totals["bytes"],
            "finished_30d": finished,
            "failed_30d": failed,
            "success_rate_30d": finished / (finished + failed) if finished + failed else None,
            "by_channel": [ChannelUse.model_validate(row) for row in channels],
            "by_person": [PersonUse.model_validate({**row, "user_id": row["id"]}) for row in people],
            "failures_30d": {row["code"]: row["times"] for row in failures},
        }
    )
