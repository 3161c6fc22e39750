"""A page of downloads costs the same however many there are: plans over a hundred thousand of them."""

from typing import Any

import pytest
from sqlalchemy import text

from medianest_common.clock import SystemClock, uuid7
from medianest_common.contracts.identity import Caller, Role
from medianest_common.contracts.youtube.downloads import ListDownloads
from medianest_common.paging import encode_cursor
from medianest_youtube.repository.assets import NUMBERED, Assets
from medianest_youtube.use_cases.list_downloads import conditions_of
from services.youtube.tests.conftest import Home
from services.youtube.tests.lists import hold_downloads

_PROFILE = "01930000-0000-7000-8000-000000000001"


async def _fill(home: Home) -> None:
    await home.change(
        "insert into assets (id, video_id, profile_id, title, status, status_since, queued_at, version,"
        " created_at, updated_at) select gen_random_uuid(), lpad(n::text, 11, 'v'), :profile, 'Title ' || n,"
        " case when n % 1000 = 0 then 'failed' when n % 1000 = 1 then 'paused' else 'ready' end,"
        " now(), now(), 1, now(), now() from generate_series(1, 100000) n",
        profile=_PROFILE,
    )
    await home.change(
        "insert into downloads (id, user_id, asset_id, created_at)"
        " select gen_random_uuid(), :owner, id, now() from assets",
        owner=home.owner.id,
    )
    for table in ("assets", "downloads"):
        await home.change(f"analyze {table}")


def _rows_read(plan: dict[str, Any]) -> float:
    own: float = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return max([own, *(_rows_read(part) for part in plan.get("Plans", []))])


@pytest.mark.long
@pytest.mark.timeout(120)
async def test_a_page_reads_few_rows_wherever_it_is(home: Home) -> None:
    await _fill(home)
    middle = (await home.rows("select id from downloads order by id desc offset 50000 limit 1"))[0][0]
    caller = Caller(
        user_id=home.owner.id,
        session_id=uuid7(),
        role=Role.OWNER,
        name="Olive",
        auth_time=SystemClock().now(),
    )
    for asked in (
        {},
        {"mine": True},
        {"cursor": encode_cursor("downloads", middle)},
        {"mine": True, "cursor": encode_cursor("downloads", middle)},
        {"status": "ready"},
        {"status": "failed"},
        {"status": "paused", "mine": True},
    ):
        conditions, values = conditions_of(ListDownloads.model_validate(asked), caller)
        statement = text(
            "explain (analyze, format json) select * from downloads d where "
            f"{' and '.join(conditions)} order by d.id desc limit 21"
        )
        async with home.db.read() as connection:
            [found] = (await connection.execute(statement, values)).scalar_one()
        assert _rows_read(found["Plan"]) < 25_000, asked


async def test_only_the_first_in_a_long_queue_are_numbered(home: Home) -> None:
    await hold_downloads(home)
    await home.change(
        "insert into assets (id, video_id, profile_id, title, status, status_since, queued_at, version,"
        " created_at, updated_at) select gen_random_uuid(), lpad(n::text, 11, 'v'), :profile, 'Title ' || n,"
        " 'queued', now(), now() + n * interval '1 second', 1, now(), now() from generate_series(1, :count) n",
        profile=_PROFILE,
        count=NUMBERED + 500,
    )
    asked = {
        number: video for number in (1, NUMBERED, NUMBERED + 1) for video in [f"{number}".rjust(11, "v")]
    }
    found = await home.rows(
        "select video_id, id from assets where video_id = any(:ids)", ids=list(asked.values())
    )
    ids = dict(found)

    async with home.db.transaction() as tx:
        positions = await Assets(tx.session).positions(set(ids.values()))

    assert positions == {ids[asked[1]]: 1, ids[asked[NUMBERED]]: NUMBERED}
