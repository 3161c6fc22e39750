"""Lists and counts: right for every filter and order, the same cost on every page."""

import random
from itertools import product
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from medianest.testing import eventually
from medianest_common.contracts import media
from medianest_common.contracts.media import MediaRequest, MediaType, RequestSort, RequestStatus
from medianest_common.errors import MediaNestError
from medianest_media.models import LIST_FILTERS
from medianest_media.service import SERVICE
from services.media.tests.conftest import Home, Person

_SEED = """
    insert into requests (id, user_id, media_type, tmdb_id, is_4k, seasons, title, title_words, title_known, status,
        status_since, version, in_line, attempted_at, watched, checked_at, created_at, updated_at)
    select gen_random_uuid(), (cast(:people as uuid[]))[1 + n % 2], case when n % 3 = 0 then 'tv' else 'movie' end, n,
        false, '{}', 'Title ' || n, 'title ' || n, true,
        (array['pending','approved','processing','partially_available','available','declined','failed','cancelled'])
            [1 + (n * 7 + n / 5) % 8],
        now(), 1, true, now(), false, now(), now(), now() - make_interval(secs => (cast(n as bigint) * 7919) % 10007)
    from generate_series(1, cast(:number as int)) n
"""


async def seed(home: Home, people: list[Person], number: int) -> None:
    await home.change(_SEED, people=[person.id for person in people], number=number)
    await home.change("delete from titles")
    async with home.db.read() as connection:
        await connection.execute(text("analyze requests"))


async def pages(person: Person, **query: Any) -> list[MediaRequest]:
    items: list[MediaRequest] = []
    cursor = None
    while True:
        page = await person.call(media.ListRequests(**query, cursor=cursor))
        items += page.items
        cursor = page.next_cursor
        if cursor is None:
            return items
        assert len(page.items) == query["limit"]


async def test_every_filter_in_every_order_gives_each_request_once(seerr: Home) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    await seed(seerr, [frida, gustav], 60)
    everything = await pages(seerr.owner, limit=7)
    assert len({request.id for request in everything}) == 60
    orders = {
        RequestSort.NEWEST: (lambda r: r.id, True),
        RequestSort.OLDEST: (lambda r: r.id, False),
        RequestSort.UPDATED: (lambda r: (r.updated_at, r.id), True),
    }
    for person, status, kind, sort in product(
        (seerr.owner, frida), (None, *RequestStatus), (None, *MediaType), RequestSort
    ):
        key, descending = orders[sort]
        wanted = [
            request.id
            for request in sorted(everything, key=key, reverse=descending)
            if status in (None, request.status)
            and kind in (None, request.media_type)
            and (person is seerr.owner or request.requested_by.id == person.id)
        ]
        found = await pages(person, status=status, media_type=kind, sort=sort, limit=7)
        assert [request.id for request in found] == wanted
        total = (await person.call(media.ListRequests(status=status, media_type=kind, total=True))).total
        assert total == len(wanted)


async def test_no_page_sorts_or_passes_over_rows(seerr: Home) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    await seed(seerr, [frida, gustav], 5000)
    values = {"status": "pending", "media_type": "tv", "user_id": str(frida.id)}
    orders = ("id desc", "id", "updated_at desc, id desc")
    for names, order in product(LIST_FILTERS, orders):
        where = " and ".join(["true", *(f"{name} = '{values[name]}'" for name in names)])
        plan = await seerr.rows(f"explain select * from requests where {where} order by {order} limit 21")
        told = "\n".join(line for (line,) in plan)
        assert "Index Scan" in told and "Sort" not in told and "Filter" not in told, (
            f"{names} {order}\n{told}"
        )


async def test_what_is_stuck_is_found_without_passing_over_the_rest(seerr: Home) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    await seed(seerr, [frida, gustav], 5000)
    await seerr.change(
        "update requests set stuck_since = now() where status = 'approved' and tmdb_id % 100 = 1"
    )
    await seerr.change(
        "update requests set stuck_since = now() where id in (select id from requests limit 5)"
    )
    async with seerr.db.read() as connection:
        await connection.execute(text("analyze requests"))
    for order in ("id desc", "id", "updated_at desc, id desc"):
        plan = await seerr.rows(
            f"explain select * from requests where stuck_since is not null order by {order} limit 21"
        )
        told = "\n".join(line for (line,) in plan)
        assert "ix_requests_stuck" in told and "Filter" not in told, f"{order}\n{told}"
    due = "select * from requests where status = 'approved' and stuck_since is null and status_since < now()"
    plan = await seerr.rows(f"explain {due} - interval '1 hour' order by status_since limit 100")
    assert "ix_requests_not_passed_on" in "\n".join(line for (line,) in plan)


async def test_titles_are_found_by_the_beginnings_of_their_words(seerr: Home) -> None:
    frida = await seerr.friend()
    names = {
        7001: "Amélie",
        7002: "The Matrix Reloaded",
        7003: "Monsters, Inc.",
        7004: "S.W.A.T.",
        7005: "天気の子",
    }
    for number, name in names.items():
        seerr.overseerr.add_movie(number, name, 2001)
        await frida.request(number)

    async def found(q: str) -> list[str]:
        return [r.title for r in (await frida.call(media.ListRequests(q=q))).items]

    assert await found("amel") == ["Amélie"]
    assert await found("RELOADED mat") == ["The Matrix Reloaded"]
    assert await found("inc") == ["Monsters, Inc."]
    assert await found("天気") == ["天気の子"]
    for nothing in ("atrix", "!!!", "' or 1=1 --", "a:* | b", "\\", "%", "matrix -"):
        expected = ["The Matrix Reloaded"] if nothing == "matrix -" else []
        assert await found(nothing) == expected, nothing


async def test_people_see_their_own_and_administrators_see_all(seerr: Home) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    asked = await frida.request()
    assert [r.id for r in (await frida.call(media.ListRequests())).items] == [asked.id]
    assert (await gustav.call(media.ListRequests())).items == []
    assert [r.id for r in (await seerr.owner.call(media.ListRequests())).items] == [asked.id]
    assert (await seerr.owner.call(media.ListRequests(mine=True))).items == []
    with pytest.raises(MediaNestError) as hidden:
        await gustav.sees(asked)
    assert hidden.value.status == 404


async def test_one_request_looks_the_same_alone_and_in_a_list(seerr: Home) -> None:
    frida = await seerr.friend()
    asked = await frida.request(note="“quotes”, \\ and\nlines 🚀")
    await seerr.twin(asked)

    async def the_same() -> MediaRequest:
        """Between two looks it may be looked at over there, which is seen too."""
        alone = await frida.sees(asked)
        (listed,) = (await frida.call(media.ListRequests())).items
        assert alone.history is not None
        assert alone.model_copy(update={"history": None}) == listed
        return listed

    listed = await eventually(the_same)
    assert listed.note == "“quotes”, \\ and\nlines 🚀"


@pytest.mark.parametrize(
    "cursor", ["x", "-", "0", "." * 40, "ff." + "0" * 31, "0" * 32 + ".", "é", "9" * 3000]
)
async def test_a_cursor_nobody_gave_out_is_refused(seerr: Home, cursor: str) -> None:
    for sort in (RequestSort.NEWEST, RequestSort.UPDATED):
        with pytest.raises(MediaNestError) as refused:
            await seerr.owner.call(media.ListRequests(cursor=cursor, sort=sort))
        assert refused.value.status == 400


async def test_counts_are_kept_right_through_every_move(seerr: Home) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    await seed(seerr, [frida, gustav], 200)
    dice = random.Random(7)
    for _ in range(20):
        status = dice.choice(list(RequestStatus)).value
        await seerr.change(
            "update requests set status = :status where tmdb_id % 11 = :part",
            status=status,
            part=dice.randrange(11),
        )
    await seerr.change("delete from requests where tmdb_id % 13 = 0")
    counted = dict(await seerr.rows("select status, count(*) from requests group by status"))
    counts = await seerr.owner.call(media.CountRequests())
    assert {status: getattr(counts, status) for status in RequestStatus} == {
        status: counted.get(status, 0) for status in RequestStatus
    }
    assert counts.total == counts.movie + counts.tv == sum(counted.values())
    mine = await frida.call(media.CountRequests())
    (own,) = await seerr.rows("select count(*) from requests where user_id = :id", id=frida.id)
    assert mine.total == own[0]


async def test_the_migrations_make_what_the_models_say(seerr: Home) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert SERVICE.metadata is not None
        return list(compare_metadata(context, SERVICE.metadata))

    async with seerr.db.read() as connection:
        found = await connection.run_sync(differences)
    assert [each for each in found if "alembic_version" not in repr(each)] == []
