"""However long monitors have been watched, no window of one's history reads what was measured of the others."""

from sqlalchemy import text

from medianest_common.contracts.health.history import GetMonitorHistory, HistoryWindow
from medianest_common.contracts.identity import Role
from medianest_common.testing.plans import queries_of, read_from_end_to_end
from services.health.tests.household import Household

_ROLLUPS = """
    insert into rollups (monitor_id, width, bucket, up_seconds, down_seconds, maintenance_seconds)
    select m.id, w.width, to_timestamp(floor(extract(epoch from cast(:now as timestamptz)) / w.width) * w.width)
           - make_interval(secs => n * w.width), w.width, 0, 0
    from (select gen_random_uuid() as id from generate_series(1, 40) union all select cast(:id as uuid)) m,
         (values (300, 300), (3600, 200), (86400, 90)) w(width, many), generate_series(1, w.many) n
"""


async def test_no_window_reads_all_rollups(home: Household) -> None:
    await home.start()
    await home.rounds(1)
    monitor = await home.monitor("Plex")
    async with home.app.db.transaction() as tx:
        await tx.session.execute(text(_ROLLUPS), {"id": monitor.id, "now": home.clock.now()})
        await tx.session.execute(text("analyze rollups"))
    with queries_of("rollups") as asked, home.sandbox.as_user(role=Role.ADMIN):
        for window in HistoryWindow:
            history = await home.sandbox.bus.call(GetMonitorHistory(id=monitor.id, window=window), timeout=30)
            assert history.bars
    assert len(asked) >= len(HistoryWindow)
    assert await read_from_end_to_end(asked, "rollups") == []
