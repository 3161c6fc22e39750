"""However long the audit log has become, no page of it reads all of it."""

from datetime import timedelta

from medianest_common.contracts.auth.history import GetAudit
from medianest_common.testing.plans import queries_of, read_from_end_to_end
from services.auth.tests.conftest import Household

_MANY = 20_000


async def test_no_page_reads_the_whole_log(house: Household) -> None:
    olivia = await house.set_up()
    await house.change(
        "insert into audit (id, at, action, result, user_id)"
        " select gen_random_uuid(), cast(:now as timestamptz) - make_interval(secs => n),"
        " case when n % 1000 = 0 then 'user_deleted' else 'signed_in' end, 'success', gen_random_uuid()"
        " from generate_series(1, cast(:many as int)) n",
        now=house.clock.now(),
        many=_MANY,
    )
    await house.change("analyze audit")
    deep = await house.call_as(olivia, GetAudit(limit=100))
    assert deep.next_cursor
    then = house.clock.now() - timedelta(seconds=_MANY // 2)
    with queries_of("audit") as asked:
        for query in (
            GetAudit(),
            GetAudit(cursor=deep.next_cursor),
            GetAudit(action="user_deleted"),
            GetAudit(user=olivia.user.id),
            GetAudit(from_=then, to=then + timedelta(minutes=1)),
        ):
            assert (await house.call_as(olivia, query)).items
    assert len(asked) >= 5
    assert await read_from_end_to_end(asked, "audit") == []

    with queries_of("audit") as unheard_of:
        await house.rows("select id from audit where reason = 'nothing has an index for this'")
    assert len(await read_from_end_to_end(unheard_of, "audit")) == 1, "and it would have been noticed"
