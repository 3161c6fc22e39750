"""Events that are handled together: in one transaction where several wait, and each with its effect once."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from libs.common.tests.sample import SAMPLE, App, PagePrinted, notes
from medianest.testing import Sandbox, eventually
from medianest_common.bus.topology import DEAD_LETTERS, event_stream
from medianest_common.clock import uuid7
from medianest_common.db import database
from medianest_common.errors import Unavailable

_DURABLE = "sample__page_printed"
_PAGES = [f"page {number}" for number in range(1, 41)]


@pytest.fixture
async def app(sandbox: Sandbox, apps: list[App]) -> App:
    await sandbox.start(SAMPLE)
    return apps[0]


async def printed(sandbox: Sandbox, app: App, pages: list[str]) -> list[str]:
    """The first is at work while the others come. Returns their ids."""
    app.gate = asyncio.Event()
    first, *others = pages
    ids = [await sandbox.emit(PagePrinted(text=first))]
    await eventually(lambda: _is_at_work(app))
    ids += [await sandbox.emit(PagePrinted(text=page)) for page in others]
    app.gate.set()
    return list(map(str, ids))


async def _is_at_work(app: App) -> bool:
    return app.db.pool().in_use > 0


async def _has_noted(app: App, number: int) -> bool:
    return len(await notes(app)) >= number


async def _nothing_waits(sandbox: Sandbox) -> bool:
    info = await sandbox.bus.js.consumer_info(event_stream("sample"), _DURABLE)
    return not info.num_pending and not info.num_ack_pending


async def test_one_that_comes_alone_is_handled_at_once(sandbox: Sandbox, app: App) -> None:
    await sandbox.emit(PagePrinted(text="alone"))
    await eventually(lambda: _has_noted(app, 1))
    assert app.together == [["alone"]]


async def test_those_that_come_while_one_is_at_work_share_a_transaction_in_their_order(
    sandbox: Sandbox, app: App
) -> None:
    ids = await printed(sandbox, app, _PAGES)
    await eventually(lambda: _has_noted(app, len(_PAGES)))
    assert app.together[0] == _PAGES[:1]
    assert len(app.together) < len(_PAGES) // 2
    assert await notes(app) == _PAGES

    async def told() -> bool:
        return app.causes == ids

    await eventually(told)


async def test_one_that_cannot_be_handled_takes_no_other_with_it(sandbox: Sandbox, app: App) -> None:
    app.unprintable = "page 20"
    await printed(sandbox, app, _PAGES)
    await eventually(lambda: _nothing_waits(sandbox))
    assert await notes(app) == [page for page in _PAGES if page != "page 20"]
    letters = await sandbox.bus.js.stream_info(DEAD_LETTERS)
    assert letters.state.messages == 1
    letter = await sandbox.bus.js.get_msg(DEAD_LETTERS, letters.state.last_seq)
    assert b"page 20" in (letter.data or b"")
    assert (letter.headers or {})["mn-attempts"] == "1"


async def test_after_an_outage_each_has_its_effect_once(sandbox: Sandbox, app: App) -> None:
    app.fail_next = [Unavailable("not now"), Unavailable("not yet")]
    await printed(sandbox, app, _PAGES)
    await eventually(lambda: _nothing_waits(sandbox))
    assert sorted(await notes(app)) == sorted(_PAGES)


async def test_a_crowd_that_has_waited_for_the_end_of_an_outage_is_together_again(
    sandbox: Sandbox, app: App
) -> None:
    app.fail_next = [Unavailable("not now", retry_after=3)] * 5
    await printed(sandbox, app, _PAGES)

    async def is_over() -> bool:
        return not app.fail_next

    await eventually(is_over)
    # What is to be tried again is due by the time that the first of it is done.
    app.gate, loop = asyncio.Event(), asyncio.get_running_loop()
    due = loop.time() + 6

    async def is_due() -> bool:
        return loop.time() > due

    await eventually(is_due)
    tried = len(app.together)
    app.gate.set()
    await eventually(lambda: _nothing_waits(sandbox))
    assert sorted(await notes(app)) == sorted(_PAGES)
    assert len(app.together) - tried < len(_PAGES) // 4


async def test_one_for_which_something_is_down_for_ever_holds_up_no_other(sandbox: Sandbox, app: App) -> None:
    app.out_of_reach = "page 20"
    await printed(sandbox, app, _PAGES)
    await eventually(lambda: _has_noted(app, len(_PAGES) - 1))
    assert "page 20" not in await notes(app)
    app.out_of_reach = ""
    await eventually(lambda: _nothing_waits(sandbox))
    assert sorted(await notes(app)) == sorted(_PAGES)


async def test_a_database_without_time_is_waited_for_and_nothing_is_given_up(
    sandbox: Sandbox, apps: list[App], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "STATEMENT_TIMEOUT", 1.0)
    await sandbox.start(SAMPLE)
    [app] = apps
    in_the_way = await asyncpg.connect(sandbox.settings["database_url"], timeout=30)
    try:
        await in_the_way.execute("begin; lock table sample.notes", timeout=30)
        await printed(sandbox, app, _PAGES[:5])

        async def was_too_slow_for_some() -> bool:
            return sum(map(len, app.together)) > 5

        await eventually(was_too_slow_for_some)
    finally:
        await in_the_way.close(timeout=5)
    await eventually(lambda: _nothing_waits(sandbox))
    assert sorted(await notes(app)) == _PAGES[:5]
    assert (await sandbox.bus.js.stream_info(DEAD_LETTERS)).state.messages == 0


async def test_one_that_is_delivered_twice_among_others_has_its_effect_once(
    sandbox: Sandbox, app: App
) -> None:
    app.gate = asyncio.Event()
    await sandbox.emit(PagePrinted(text="first"))
    await eventually(lambda: _is_at_work(app))
    twice = uuid7()
    for attempt in range(3):
        await _publish(sandbox, "again", twice, attempt)
        await sandbox.emit(PagePrinted(text=f"between {attempt}"))
    app.gate.set()
    await eventually(lambda: _nothing_waits(sandbox))
    assert sorted(await notes(app)) == ["again", "between 0", "between 1", "between 2", "first"]


async def _publish(sandbox: Sandbox, page: str, event_id: UUID, attempt: int) -> None:
    """Under another id of the bus each time, whose own memory must not do our work for us."""
    await sandbox.bus.publish_stored(
        PagePrinted.subject,
        PagePrinted(text=page).model_dump_json().encode(),
        headers={"ce-id": str(event_id), "Nats-Msg-Id": f"{event_id}-{attempt}"},
    )
