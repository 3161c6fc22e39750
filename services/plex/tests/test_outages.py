"""Plex and plex.tv in every trouble there is: nothing is taken for gone, and what is shown says that it is old."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from ssl import SSLContext
from typing import Any
from uuid import UUID

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.base import Rpc
from medianest_common.contracts.plex import (
    ListLibraries,
    ListRecentlyAdded,
    ListServerMembers,
    SearchLibrary,
)
from medianest_common.contracts.plex.browse import ListItems, ListOnDeck
from medianest_common.errors import MediaNestError
from medianest_common.http import Timeouts
from medianest_common.testing.breakers import failures_of
from medianest_common.testing.certificates import expired
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_common.testing.troubles import ELSEWHERE, Trouble, TroubledRoad
from medianest_plex.adapters import pms_clients
from medianest_plex.audience import SECTIONS_LAST
from medianest_plex.sync import Sync
from medianest_plex.watchlists import NO_ANSWER
from services.plex.tests.conftest import without_index
from services.plex.tests.household import Household, as_in_earnest
from services.plex.tests.indexing import Indexed, indexed_at
from services.plex.tests.shelved import shelved_at
from services.plex.tests.test_watchlists import listening, wanting

LIBRARIES = "/library"
_SHORT = (Trouble.NOTHING, Trouble.HALF_AN_ANSWER)
TROUBLES = [pytest.param(each, id=each, marks=() if each in _SHORT else pytest.mark.long) for each in Trouble]
ON_THE_WAY = [
    pytest.param(
        each,
        below,
        id=f"{each} for {'libraries' if below else 'everything'}",
        marks=()
        if (each, below) in ((Trouble.NOTHING, LIBRARIES), (Trouble.EMPTY_LIST, ""))
        else pytest.mark.long,
    )
    for each in Trouble
    for below in ("", LIBRARIES)
    if not (below and each in (*ELSEWHERE, Trouble.REFUSES))
]
FOR_LIBRARIES = [each for each in TROUBLES if each.id not in (*ELSEWHERE, Trouble.REFUSES)]
LONG_ENOUGH = (31.0, 180.0, 3_700.0, 3_700.0, 90_000.0)
"""Seconds from one look to the next: after these anything that was missed would be believed to be gone."""


@pytest.fixture
def expired_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SSLContext:
    certificate, authority = expired(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    return certificate


@pytest.fixture
async def server_road(plex: FakePlex, expired_certificate: SSLContext) -> AsyncIterator[TroubledRoad]:
    async with TroubledRoad.to(plex.server_url, certificate=expired_certificate) as road:
        yield road


@pytest.fixture
async def tv_road(plex: FakePlex, expired_certificate: SSLContext) -> AsyncIterator[TroubledRoad]:
    async with TroubledRoad.to(plex.tv_url, certificate=expired_certificate) as road:
        yield road


async def everything_kept(indexed: Indexed) -> list[Any]:
    return [
        await indexed.rows(
            "select rating_key, library_id, type, title, parent_key, gone_since from items order by 1"
        ),
        await indexed.rows("select key, type, title, gone_since from libraries order by 1"),
        await indexed.rows("select collection_key, item_key, position from collection_items order by 1, 2"),
    ]


@pytest.mark.parametrize("trouble, below", ON_THE_WAY)
async def test_nothing_is_taken_for_gone_because_of_an_answer_that_is_none(
    sandbox: Sandbox,
    plex: FakePlex,
    clock: ShiftedClock,
    server_road: TroubledRoad,
    trouble: Trouble,
    below: str,
) -> None:
    films = [item.rating_key for item in plex.library.items.values() if item.title in ("Alien", "Heat")]
    plex.library.add_collection("Mine", films)
    indexed = await indexed_at(server_road.url, sandbox, plex, clock)
    await indexed.beat()
    await indexed.events(5)
    before = await everything_kept(indexed)
    assert all(before)

    with pytest.MonkeyPatch.context() as patch:
        if trouble is Trouble.HANGS:
            patch.setattr(pms_clients, "_TIMEOUTS", Timeouts(connect=3.0, read=2.0, pool=5.0, total=4.0))
        moves = trouble in (*ELSEWHERE, Trouble.HANGS)
        if moves:
            await indexed.app.plex.pms.move_to(server_road.address_of(trouble))
        if trouble not in ELSEWHERE:
            server_road.meet(trouble, below=below)
        plex.library.add_movie("Arrival", 2016, tmdb=329865)
        for seconds in LONG_ENOUGH:
            await asyncio.wait_for(indexed.beat(after=seconds), 120)
    if not moves:
        is_blamed = bool((await failures_of(sandbox.bus, "plex"))["Plex"])
        assert is_blamed == (trouble is not Trouble.TOO_MANY_REQUESTS)
    assert await everything_kept(indexed) == before
    await indexed.nothing_more_is_told()
    assert server_road.longest < 80 * 2**20

    await server_road.heal()
    if moves:
        await indexed.app.plex.pms.move_to(server_road.url)

    async def is_whole() -> bool:
        await indexed.beat(after=90_000)
        return "Arrival" in await indexed.titles()

    await eventually(is_whole)
    assert [event.title for event in await indexed.events(1)] == ["Arrival"]
    after = await everything_kept(indexed)
    assert [row for row in after[0] if row[3] != "Arrival"] == before[0]
    assert after[1:] == before[1:]


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_what_is_shown_meanwhile_says_that_it_is_old_and_is_all_there(
    sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock, server_road: TroubledRoad, trouble: Trouble
) -> None:
    shelved = await shelved_at(server_road.url, sandbox, plex, clock)
    account = plex.add_friend("frida", libraries=["Movies"])
    plex.media_server.watching.stop(account, plex.library.item(shelved.key("Heat")), at_ms=60_000)
    frida = await shelved.signed_in(account)
    mia = await shelved.signed_in(plex.add_managed_user("Mia", libraries=["TV Shows"]))
    questions: list[tuple[Rpc[Any], UUID | None]] = [
        (ListLibraries(), None),
        (ListRecentlyAdded(), None),
        (SearchLibrary(query="heat"), None),
        (ListLibraries(), frida),
        (ListRecentlyAdded(), frida),
        (ListOnDeck(), frida),
        (ListLibraries(), mia),
        (ListRecentlyAdded(), mia),
    ]

    async def shown(*, old: bool) -> list[Any]:
        answers = [await shelved.ask(question, by=who) for question, who in questions]
        assert [answer.stale for answer in answers] == [old] * len(questions)
        return [[item.title for item in answer.items] for answer in answers]

    before = await shown(old=False)
    assert all(before)
    if trouble in ELSEWHERE:
        await shelved.app.plex.pms.move_to(server_road.address_of(trouble))
    else:
        server_road.meet(trouble)
    shelved.later(SECTIONS_LAST.total_seconds() + 1)
    with as_in_earnest():
        assert await shown(old=True) == before

    await server_road.heal()
    if trouble in ELSEWHERE:
        await shelved.app.plex.pms.move_to(server_road.url)

    async def is_well() -> bool:
        shelved.later()
        return await shown(old=False) == before

    await eventually(is_well)


@pytest.mark.parametrize("trouble", FOR_LIBRARIES)
async def test_while_plex_is_there_and_nothing_is_told_of_libraries_what_is_shown_says_that_it_is_old(
    sandbox: Sandbox,
    plex: FakePlex,
    clock: ShiftedClock,
    server_road: TroubledRoad,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Trouble,
) -> None:
    shelved = await shelved_at(server_road.url, sandbox, plex, clock)
    sync = Sync(shelved.app)
    questions: list[Rpc[Any]] = [
        ListLibraries(),
        ListRecentlyAdded(),
        SearchLibrary(query="heat"),
        ListItems(library="1"),
    ]

    async def look_later(*, seconds: float) -> list[bool]:
        shelved.later(seconds)
        await asyncio.wait_for(sync.beat(), 120)
        assert (await shelved.app.plex.watch.look(patience=30)).online
        answers = [await shelved.ask(question) for question in questions]
        assert all(answer.items for answer in answers)
        return [answer.stale for answer in answers]

    assert not any(await look_later(seconds=31))
    if trouble is Trouble.HANGS:
        monkeypatch.setattr(pms_clients, "_TIMEOUTS", Timeouts(connect=3.0, read=2.0, pool=5.0, total=4.0))
        await shelved.app.plex.pms.move_to(server_road.url)
    server_road.meet(trouble, below=LIBRARIES)
    assert not any(await look_later(seconds=31)), "what fails once is read with the next look"
    assert all(await look_later(seconds=46))

    await server_road.heal()

    async def is_well() -> bool:
        return not any(await look_later(seconds=31))

    await eventually(is_well)


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_while_plex_tv_is_in_trouble_no_list_is_emptied_and_nobody_is_without_access(
    sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock, tv_road: TroubledRoad, trouble: Trouble
) -> None:
    places = {"plex_url": plex.server_url, "plex_token": plex.owner.token}
    await sandbox.start(without_index(), **places, plex_tv_url=tv_road.url)
    home = Household(sandbox, plex, clock)
    account = plex.add_friend("frida")
    plex.watch(account, "The Matrix", tmdb=603)
    plex.watch(account, "Heat", tmdb=949)
    ear = await listening(home)
    await wanting(home, account)
    listed = (await ear.next()).items
    assert listed and len(listed) == 2
    people = (await sandbox.bus.call(ListServerMembers(), timeout=60)).items

    if trouble in ELSEWHERE:
        await sandbox.stop("plex")
        await sandbox.start(without_index(), **places, plex_tv_url=tv_road.address_of(trouble))
    else:
        tv_road.meet(trouble)
    with pytest.raises(MediaNestError) as unknown:
        await sandbox.bus.call(ListServerMembers(), timeout=60)
    assert (unknown.value.status, unknown.value.code) == (503, "PLEX_TV_UNAVAILABLE")
    is_blamed = bool((await failures_of(sandbox.bus, "plex"))["plex.tv"])
    assert is_blamed == (trouble is not Trouble.TOO_MANY_REQUESTS)
    if trouble is not Trouble.TOO_MANY_REQUESTS:

        async def says_why() -> bool:
            clock.advance(400)
            problem: str | None = ear.heard[-1]["problem"]
            return problem == NO_ANSWER

        await eventually(says_why)
    told = len(ear.heard)

    if trouble in ELSEWHERE:
        await sandbox.stop("plex")
        await sandbox.start(without_index(), **places, plex_tv_url=tv_road.url)
    await tv_road.heal()
    plex.watch(account, "Ronin", tmdb=8195)

    async def is_read_again() -> bool:
        clock.advance(400)
        return len(ear.heard) > told and len(ear.heard[-1]["items"] or ()) == 3

    await eventually(is_read_again)
    lists = [each["items"] for each in ear.heard if each["items"] is not None]
    assert [len(each) for each in lists] == sorted(len(each) for each in lists)

    async def are_all_there() -> bool:
        clock.advance(61)
        now = await sandbox.bus.call(ListServerMembers(), timeout=60)
        return now.items == people

    await eventually(are_all_there)
