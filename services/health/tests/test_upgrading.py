"""What an installation has from before is brought along, and what still runs of the release before can go on."""

from datetime import UTC, timedelta

import asyncpg

from medianest.testing import SECRET_KEY, Sandbox
from medianest_common.clock import uuid7
from medianest_common.db.migrate import migrate
from medianest_common.db.roles import role_url
from medianest_common.lifecycle import role_secret
from medianest_common.security.encryption import KeyRing
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.service import SERVICE
from medianest_health.use_cases.roll_up import roll_up
from services.health.tests.household import Household

_STANDING = (
    "insert into standings (monitor_id, state, since, last_check_at, recent)"
    " values ($1, 'up', now(), now(), '++')"
    " on conflict (monitor_id) do update set state = excluded.state, last_check_at = excluded.last_check_at"
)
"""As the release before writes it."""


async def test_the_release_before_goes_on_storing_and_the_last_day_has_its_bars(
    sandbox: Sandbox, clock: ShiftedClock
) -> None:
    url, secret = sandbox.settings["database_url"], role_secret(KeyRing.parse(SECRET_KEY))
    await sandbox.create_database()
    await migrate([SERVICE], admin_url=url, secret=secret, revision="0002")
    connection = await asyncpg.connect(role_url(url, "health", secret=secret), timeout=20)
    one, another = uuid7(), uuid7()
    try:
        today = clock.now().astimezone(UTC).date()
        for day in (today - timedelta(days=1), today):
            await connection.execute(
                f"create table results_{day:%Y%m%d} partition of results"
                f" for values from ('{day} 00:00Z') to ('{day + timedelta(days=1)} 00:00Z')",
                timeout=20,
            )
        for each in (one, another):
            await connection.execute(
                "insert into monitors values ($1, $2, 'service', $2, $2, 'admins', 1, false, now())",
                *(each, str(each)),
                timeout=20,
            )
        await connection.execute(_STANDING, one, timeout=20)
        await connection.execute(
            "insert into results (monitor_id, at, outcome)"
            " select $1, now() - n * interval '1 minute', case when n < 240 then 'up' else 'down' end"
            " from generate_series(1, 1380) n",
            *(one,),
            timeout=20,
        )

        await migrate([SERVICE], admin_url=url, secret=secret)

        for each in (one, another):
            await connection.execute(_STANDING, each, timeout=20)
        home = Household(sandbox, clock)
        await home.start()
        await roll_up(home.app)
        row = await connection.fetchrow(
            "select sum(up_seconds) as up, sum(down_seconds) as down, count(*) as bars"
            " from rollups where width = 300 and monitor_id = $1",
            *(one,),
            timeout=20,
        )
    finally:
        await connection.close(timeout=5)
    assert row and row["bars"] > 270
    assert 1380 * 60 * 0.95 < row["up"] + row["down"] <= 1385 * 60
    assert row["down"] > 1100 * 60
