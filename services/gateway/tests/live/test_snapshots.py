"""A page that is opened sees at once what goes on, and then what changes; never the other way round."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.bus import Bus, Handlers
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Role
from medianest_common.contracts.live import LiveFrame, LiveState, LiveStates, Renew
from medianest_common.contracts.notifications import PUSH_ALL, push_subject
from medianest_common.contracts.youtube.downloads import DOWNLOAD_PROGRESS
from medianest_common.contracts.youtube.live import ReadDownloadStates
from medianest_common.errors import Unavailable
from medianest_common.service import Runtime, Service
from medianest_common.settings import Settings
from medianest_gateway.live import snapshots
from medianest_notifications.service import SERVICE as NOTIFICATIONS
from services.gateway.tests.live.node import caller, node
from services.gateway.tests.live.telling import tell, true


@dataclass
class Owner:
    """Answers for the states of downloads, when it may and as it is told."""

    bus: Bus
    states: list[LiveState] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    fails: bool = False
    asked: int = 0


@pytest.fixture
async def owner(sandbox: Sandbox) -> Owner:
    owners: list[Owner] = []
    handlers = Handlers("youtube")

    @asynccontextmanager
    async def open_app(runtime: Runtime[Settings]) -> AsyncIterator[Owner]:
        owners.append(Owner(runtime.bus))
        owners[0].may_answer.set()
        yield owners[0]

    @handlers.rpc
    async def read(query: ReadDownloadStates, app: Owner) -> LiveStates:
        app.asked += 1
        states = list(app.states)
        await app.may_answer.wait()
        if app.fails:
            raise Unavailable("The disk is being looked at.")
        return LiveStates.first_of(states)

    await sandbox.start(NOTIFICATIONS)
    await sandbox.start(Service(name="youtube", handlers=handlers, open_app=open_app))
    return owners[0]


@pytest.fixture
def waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a test holds the answer back, it is waited for, and not asked for again."""
    monkeypatch.setattr(snapshots, "_ASK_SECONDS", 60.0)


def frame(number: int, percent: int) -> LiveFrame:
    return LiveFrame(key=f"download:{number}", type=DOWNLOAD_PROGRESS, data={"percent": percent})


async def push(owner: Owner, user_id: UUID, state: LiveFrame) -> None:
    await owner.bus.publish_live(push_subject(user_id), state.model_dump_json().encode())


async def test_each_sees_at_first_what_is_theirs(sandbox: Sandbox, owner: Owner) -> None:
    ada, eve, olive = caller("Ada"), caller("Eve"), caller("Olive", role=Role.OWNER)
    owner.states = [
        LiveState(frame=frame(1, 10), user_ids=[ada.user_id, olive.user_id], admins=True),
        LiveState(frame=frame(2, 20), user_ids=[uuid7()], admins=True),
        LiveState(frame=frame(3, 30), everyone=True),
    ]
    async with (
        node(sandbox) as here,
        here.browser(ada) as mine,
        here.browser(eve) as others,
        here.browser(olive) as all_of_it,
    ):
        for live, keys in ((mine, {1, 3}), (others, {3}), (all_of_it, {1, 2, 3})):
            await eventually(lambda live=live: true(live.snapshots))  # type: ignore[misc]
            assert live.snapshots[0].complete
            assert sorted(s.key for s in live.snapshots[0].states) == [f"download:{n}" for n in sorted(keys)]
            assert [f["t"] for f in live.frames][:3] == ["hello", "auth_ok", "snapshot"]


@pytest.mark.usefixtures("waited_for")
async def test_what_changes_while_the_owner_answers_is_told_after_the_snapshot(
    sandbox: Sandbox, owner: Owner
) -> None:
    ada = caller()
    owner.states = [LiveState(frame=frame(1, 10), user_ids=[ada.user_id])]
    owner.may_answer.clear()
    async with node(sandbox) as here, here.browser(ada) as live:
        await eventually(lambda: true(owner.asked))
        await push(owner, ada.user_id, frame(1, 50))
        await tell(sandbox, ada)
        await live.event("request.available")
        told = [f for f in live.frames if f.get("type") == DOWNLOAD_PROGRESS]
        assert told == [], "what is durable does not wait for it, and neither does what is of another type"
        owner.may_answer.set()
        await eventually(
            lambda: true("download:1" in live.shown and live.shown["download:1"].data["percent"] == 50)
        )
        assert [f["t"] for f in live.frames if f.get("type") == DOWNLOAD_PROGRESS] == ["snapshot", "live"]


@pytest.mark.parametrize("fails", [True, False])
async def test_an_owner_that_fails_or_is_silent_holds_nothing_up(
    sandbox: Sandbox, owner: Owner, fails: bool
) -> None:
    ada = caller()
    owner.fails = fails
    if not fails:
        owner.may_answer.clear()
    async with node(sandbox) as here, here.browser(ada) as live:
        await push(owner, ada.user_id, frame(1, 50))
        await eventually(lambda: true(live.states))
        assert live.snapshots == []
        assert live.close_codes == []
    owner.may_answer.set()


async def test_what_ended_while_the_page_was_away_is_forgotten(sandbox: Sandbox, owner: Owner) -> None:
    ada = caller()
    owner.states = [LiveState(frame=frame(n, 10), user_ids=[ada.user_id]) for n in (1, 2)]
    async with node(sandbox) as here, here.browser(ada) as live:
        await eventually(lambda: true(len(live.shown) == 2))
        owner.states = owner.states[1:]
        live.drop()
        await eventually(lambda: true(len(live.snapshots) == 2))
        assert list(live.shown) == ["download:2"]


@pytest.mark.usefixtures("waited_for")
async def test_a_crowd_that_comes_back_is_one_question_for_the_owner(sandbox: Sandbox, owner: Owner) -> None:
    """Research C4: a thousand who reconnect must not be a thousand queries."""
    async with node(sandbox) as here:
        owner.may_answer.clear()
        clients = [here.browser(caller(), reconnect=False) for _ in range(60)]
        await asyncio.gather(*(client.__aenter__() for client in clients))
        owner.may_answer.set()
        for client in clients:
            await eventually(lambda client=client: true(client.snapshots))  # type: ignore[misc]
        assert owner.asked <= 2
        await asyncio.gather(*(client.__aexit__() for client in clients))


async def test_more_than_can_be_shown_is_said_to_be_incomplete(sandbox: Sandbox, owner: Owner) -> None:
    ada = caller()
    owner.states = [LiveState(frame=frame(n, 10), user_ids=[ada.user_id]) for n in range(501)]
    async with node(sandbox) as here, here.browser(ada) as live:
        await eventually(lambda: true(live.snapshots))
        assert not live.snapshots[0].complete
        assert len(live.snapshots[0].states) == 500


async def push_all(owner: Owner, state: LiveFrame | Renew) -> None:
    await owner.bus.publish_live(PUSH_ALL, state.model_dump_json().encode())


async def renew(owner: Owner) -> None:
    await push_all(owner, Renew(type=DOWNLOAD_PROGRESS))


async def test_what_is_not_for_somebodys_eyes_any_more_is_forgotten_by_pages_that_are_open(
    sandbox: Sandbox, owner: Owner
) -> None:
    ada, olive = caller("Ada"), caller("Olive", role=Role.OWNER)
    owner.states = [LiveState(frame=frame(n, 10), everyone=True) for n in (1, 2)]
    async with node(sandbox) as here, here.browser(ada) as page, here.browser(olive) as hers:
        for live in (page, hers):
            await eventually(lambda live=live: true(len(live.shown) == 2))  # type: ignore[misc]
        owner.states[0] = LiveState(frame=frame(1, 10), admins=True)
        await renew(owner)
        await eventually(lambda: true(list(page.shown) == ["download:2"]))
        await eventually(lambda: true(len(hers.snapshots) == 2))
        assert len(hers.shown) == 2


@pytest.mark.usefixtures("waited_for")
async def test_what_was_said_before_it_was_hidden_does_not_bring_it_back(
    sandbox: Sandbox, owner: Owner
) -> None:
    """Neither what waits for the first snapshot, nor what waits because its like was sent just now."""
    ada = caller()
    owner.states = [LiveState(frame=frame(n, 10), everyone=True) for n in (1, 2)]
    owner.may_answer.clear()
    async with node(sandbox) as here, here.browser(ada) as live:
        await eventually(lambda: true(owner.asked))
        await push_all(owner, frame(1, 50))
        owner.states = owner.states[1:]
        await renew(owner)
        await push_all(owner, frame(2, 60))
        await tell(sandbox, ada)
        await live.event("request.available")
        owner.may_answer.set()
        await eventually(lambda: true("download:2" in live.shown and "download:1" not in live.shown))
        for percent in range(61, 70):
            await push_all(owner, frame(2, percent))
        await renew(owner)
        await push_all(owner, frame(3, 1))
        await eventually(lambda: true("download:3" in live.shown))
        assert live.shown["download:2"].data["percent"] == 10, "the owner's word is the newest"
