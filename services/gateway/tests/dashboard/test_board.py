"""A dashboard is there at once, with what is known; nobody sees what is another's, or was theirs in another role."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import pytest
from redis.asyncio import Redis

from medianest.testing import Sandbox, eventually
from medianest_common.bus import Bus, Context, Handlers, Raw, require_caller, use
from medianest_common.cache import open_valkey
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Caller, Role
from medianest_common.contracts.media import CountRequests
from medianest_common.contracts.plex import Libraries, Library, ListLibraries
from medianest_common.errors import Forbidden, MediaNestError, Unavailable
from medianest_common.service import Runtime, Service
from medianest_common.settings import Settings
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_gateway.dashboard import board
from medianest_gateway.dashboard.board import Board
from medianest_gateway.dashboard.sources import LIBRARIES, SERVICES, Source
from services.gateway.tests.live.node import caller
from services.gateway.tests.live.telling import true

REQUESTS = Source("requests", CountRequests())
PARTS = {"requests": REQUESTS, "libraries": LIBRARIES, "services": SERVICES}
DEADLINE = 4.0
GIVE_UP = 60.0
PATIENCE = 30.0
"""Below what whoever hangs would take, and far above the deadline, for machines under load."""


@dataclass
class Services:
    """Those who answer, as a test wants them to. Nobody answers for the health service."""

    bus: Bus
    valkey: Redis
    clock: ShiftedClock
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    fails: MediaNestError | None = None
    libraries: Libraries = field(
        default_factory=lambda: Libraries(items=[Library(key="1", title="Films", type="movie")])
    )
    asked: int = 0

    @asynccontextmanager
    async def gateway(
        self, *, valkey: Redis | None = None, deadline: float = 5.0
    ) -> AsyncIterator["Gateway"]:
        board = Board(self.bus, valkey or self.valkey, clock=self.clock, deadline=deadline)
        async with board.asking():
            yield Gateway(board)

    async def stored(self, *people: Caller) -> None:
        """Both parts that somebody answers for have reached Valkey."""
        for person in people:
            await eventually(lambda person=person: self._has_both(person))  # type: ignore[misc]

    async def _has_both(self, person: Caller) -> bool:
        return await self.valkey.hlen(f"dashboard:{person.user_id}") == 2


@dataclass
class Gateway:
    board: Board

    async def show(self, person: Caller, parts: dict[str, Source] = PARTS) -> dict[str, Any]:
        with use(Context(correlation_id=str(uuid7()), caller=person)):
            shown = await self.board.show(parts)
        return {name: json.loads(part.body) for name, part in shown.items()}


@pytest.fixture
async def services(sandbox: Sandbox) -> Services:
    there: list[Services] = []
    media, plex = Handlers("media"), Handlers("plex")

    @asynccontextmanager
    async def open_app(runtime: Runtime[Settings]) -> AsyncIterator[Services]:
        if not there:
            there.append(Services(runtime.bus, runtime.valkey, ShiftedClock()))
            there[0].may_answer.set()
        yield there[0]

    @media.rpc
    async def count(query: CountRequests, app: Services) -> Raw:
        app.asked += 1
        await app.may_answer.wait()
        if app.fails:
            raise app.fails
        person = require_caller()
        return Raw(json.dumps({"name": person.name, "admin": person.is_admin, "n": app.asked}).encode())

    @plex.rpc
    async def libraries(query: ListLibraries, app: Services) -> Libraries:
        return app.libraries

    for handlers in (media, plex):
        await sandbox.start(Service(name=handlers.service, handlers=handlers, open_app=open_app))
    return there[0]


async def test_whoever_is_away_leaves_the_rest_as_it_is(services: Services) -> None:
    async with services.gateway() as here:
        shown = await here.show(caller("Ada"))
    assert shown["requests"]["state"] == "fresh"
    assert shown["requests"]["data"]["name"] == "Ada"
    assert shown["libraries"]["data"]["items"][0]["title"] == "Films"
    assert shown["services"] == {"state": "unavailable", "asOf": None, "data": None}


async def test_what_hangs_is_shown_as_it_was_and_costs_no_more_than_the_deadline(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "GIVE_UP_SECONDS", GIVE_UP)
    ada = caller("Ada")
    async with services.gateway(deadline=DEADLINE) as here:
        first = await here.show(ada)
        services.clock.advance(60)
        services.may_answer.clear()
        began = monotonic()
        second = await here.show(ada)
        assert monotonic() - began < PATIENCE
        services.may_answer.set()
    assert second["requests"] == first["requests"] | {"state": "stale"}
    assert second["libraries"]["state"] == "fresh"
    assert second["libraries"]["asOf"] > first["libraries"]["asOf"]


async def test_an_answer_that_comes_late_is_there_the_next_time(services: Services) -> None:
    ada = caller("Ada")
    async with services.gateway(deadline=0.2) as here:
        services.may_answer.clear()
        assert (await here.show(ada))["requests"]["state"] == "unavailable"
        services.may_answer.set()

        async def arrived() -> bool:
            return bool((await here.show(ada))["requests"]["state"] == "fresh")

        await eventually(arrived)


async def test_many_pages_of_one_person_ask_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "FRESH_SECONDS", 60.0)
    ada = caller("Ada")
    async with services.gateway() as here:
        shown = await asyncio.gather(*(here.show(ada) for _ in range(30)))
        assert services.asked == 1
        assert {each["requests"]["data"]["n"] for each in shown} == {1}
        await here.show(ada)
        assert services.asked == 1


async def test_nobody_sees_what_is_anothers(services: Services) -> None:
    """While everything works, while it does not, and with several nodes that share one Valkey."""
    people = [caller(name) for name in ("Ada", "Eve", "Olive")]
    async with services.gateway() as here, services.gateway() as there:
        for each in await asyncio.gather(*(here.show(person) for person in people * 5)):
            assert each["requests"]["state"] == "fresh"
        await services.stored(*people)
        services.clock.advance(60)
        services.fails = Unavailable("Not now.")
        for node in (here, there):
            shown = await asyncio.gather(*(node.show(person) for person in people))
            assert [each["requests"]["data"]["name"] for each in shown] == ["Ada", "Eve", "Olive"]
            assert {each["requests"]["state"] for each in shown} == {"stale"}
        stranger = await there.show(caller("Zora"))
        assert stranger["requests"] == {"state": "unavailable", "asOf": None, "data": None}


async def test_what_was_shown_in_another_role_is_not_shown_in_this_one(services: Services) -> None:
    olive = caller("Olive", role=Role.ADMIN)
    async with services.gateway() as here:
        assert (await here.show(olive))["requests"]["data"]["admin"]
        await services.stored(olive)
        services.clock.advance(60)
        services.fails = Unavailable("Not now.")
        demoted = olive.model_copy(update={"role": Role.USER})
        by_token = olive.model_copy(update={"scopes": frozenset()})
        for person in (demoted, by_token):
            assert (await here.show(person))["requests"]["state"] == "unavailable"
        assert (await here.show(olive))["requests"]["state"] == "stale"


async def test_a_change_of_somebodys_access_takes_away_what_was_kept(services: Services) -> None:
    ada, eve = caller("Ada"), caller("Eve")
    async with services.gateway() as here, services.gateway() as there:
        for person in (ada, eve):
            await here.show(person)
        await services.stored(ada, eve)
        services.clock.advance(60)
        services.fails = Unavailable("Not now.")
        assert await here.board.forget(ada.user_id)
        for node in (here, there):
            assert (await node.show(ada))["requests"]["state"] == "unavailable"
            assert (await node.show(eve))["requests"]["state"] == "stale"


async def test_what_was_asked_for_before_a_change_is_not_kept_after_it(services: Services) -> None:
    ada = caller("Ada")
    async with services.gateway() as here:
        services.may_answer.clear()
        showing = asyncio.create_task(here.show(ada))
        await eventually(lambda: true(services.asked))
        services.clock.advance(1)
        await here.board.forget(ada.user_id)
        services.may_answer.set()
        await showing
        services.clock.advance(60)
        services.fails = Unavailable("Not now.")
        assert (await here.show(ada))["requests"]["state"] == "unavailable"


async def test_what_is_refused_is_not_shown_as_it_was(services: Services) -> None:
    ada = caller("Ada")
    async with services.gateway() as here, services.gateway() as there:
        await here.show(ada)
        await services.stored(ada)
        services.clock.advance(60)
        services.fails = Forbidden("Not any more.")
        for node in (here, there):
            assert (await node.show(ada))["requests"]["data"] is None


async def test_libraries_from_before_a_start_are_not_believed(sandbox: Sandbox, services: Services) -> None:
    """Who may see them can have changed while this node was not there to hear of it."""
    ada = caller("Ada")
    async with services.gateway() as here:
        await here.show(ada)
        await services.stored(ada)
    services.clock.advance(60)
    await sandbox.stop("plex")
    services.fails = Unavailable("Not now.")
    async with services.gateway() as again:
        shown = await again.show(ada)
    assert shown["libraries"]["state"] == "unavailable"
    assert shown["requests"]["state"] == "stale"


async def test_libraries_are_not_shown_as_they_were_once_who_may_see_them_has_changed(
    sandbox: Sandbox, services: Services
) -> None:
    ada = caller("Ada")
    async with services.gateway() as here:
        await here.show(ada)
        await services.stored(ada)
        services.clock.advance(60)
        await sandbox.stop("plex")
        assert (await here.show(ada))["libraries"]["state"] == "stale"
        here.board.forget_libraries()
        assert (await here.show(ada))["libraries"]["state"] == "unavailable"


async def test_what_a_service_calls_old_is_shown_as_that(services: Services) -> None:
    ada = caller("Ada")
    async with services.gateway() as here:
        first = await here.show(ada)
        services.clock.advance(60)
        services.libraries = services.libraries.model_copy(update={"stale": True})
        second = await here.show(ada)
    assert second["libraries"]["state"] == "stale"
    assert second["libraries"]["asOf"] == first["libraries"]["asOf"]


async def test_without_valkey_nothing_is_slower_or_missing(services: Services) -> None:
    ada = caller("Ada")
    async with open_valkey("redis://127.0.0.1:9/0") as away, services.gateway(valkey=away) as here:
        began = monotonic()
        assert (await here.show(ada))["requests"]["state"] == "fresh"
        assert monotonic() - began < PATIENCE
        services.clock.advance(60)
        services.fails = Unavailable("Not now.")
        assert (await here.show(ada))["requests"]["state"] == "stale", "this process remembers"
        assert not await here.board.forget(ada.user_id), "whoever has to be sure is told"
        assert (await here.show(ada))["requests"]["state"] == "unavailable"
