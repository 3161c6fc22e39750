"""Who follows another's request hears what becomes of the title, and neither whose it is nor what was said to them."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.media.changing import RequestEdited, RequestStuck
from medianest_common.contracts.notifications import push_subject
from medianest_notifications.service import SERVICE
from services.notifications.tests.channels_of import sql
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.test_inbox import _known


@pytest.fixture
async def household(sandbox: Sandbox) -> Sandbox:
    await sandbox.start(SERVICE)
    return sandbox


async def introduced(household: Sandbox, name: str, role: Role = Role.USER) -> Person:
    person = Person(household, name, role)
    await person.introduce()
    await eventually(lambda: _known(household, person.id))
    return person


async def followed(household: Sandbox, request_id: UUID, what: str) -> list[tuple[Any, ...]]:
    rows = await sql(household, f"select {what} from followed_requests where request_id = $1", request_id)
    return [tuple(row) for row in rows]


async def titles(person: Person) -> list[tuple[str, str]]:
    return [(entry.title, entry.body) for entry in await person.inbox() if "Dune (2021), " in entry.title]


async def test_followers_hear_every_turn_by_notice_and_every_move_live(household: Sandbox) -> None:
    ada, fred = await introduced(household, "Ada"), await introduced(household, "Fred")
    boss = await introduced(household, "Boss", Role.ADMIN)
    frames: list[dict[str, Any]] = []

    async def pushed(message: Any) -> None:
        frames.append(json.loads(message.data))

    await household.nats.subscribe(push_subject(fred.id), cb=pushed)
    await household.nats.flush(timeout=5)
    request_id = uuid7()
    about: dict[str, Any] = {
        "request_id": request_id,
        "seasons": [1],
        "media_type": "tv",
        "follower_ids": [fred.id, boss.id],
    }
    for version, status in enumerate(
        (RequestStatus.APPROVED, RequestStatus.PROCESSING, RequestStatus.AVAILABLE, RequestStatus.CANCELLED),
        2,
    ):
        reason = "Ada has asked me" if status is RequestStatus.CANCELLED else None
        await household.emit(request_event(ada, status, version=version, reason=reason, **about))

        async def heard(status: RequestStatus = status) -> bool:
            """Events may overtake each other, and then an earlier one is not told."""
            return any(
                frame["type"] == "request.moved" and frame["data"]["status"] == status for frame in frames
            )

        await eventually(heard)
    assert sorted(await titles(fred)) == [
        ("Approved: Dune (2021), season 1", "The request you follow was approved and is on its way."),
        ("Ready to watch: Dune (2021), season 1", "The request you follow is in the library."),
        ("Withdrawn: Dune (2021), season 1", "The request you follow was withdrawn."),
    ]
    assert not any("Ada" in entry.model_dump_json() for entry in await fred.inbox() if entry.data["seasons"])

    async def named() -> bool:
        return any("Ada’s request" in body for _, body in await titles(boss))

    await eventually(named)


async def test_who_follows_and_left_or_did_it_himself_is_not_told(household: Sandbox) -> None:
    ada, fred = await introduced(household, "Ada"), await introduced(household, "Fred")
    request: dict[str, Any] = {
        "request_id": uuid7(),
        "seasons": [2],
        "media_type": "tv",
        "follower_ids": [fred.id],
    }
    await household.emit(request_event(ada, RequestStatus.APPROVED, version=2, actor=fred, **request))

    async def ada_told() -> bool:
        return len(await titles(ada)) == 1

    await eventually(ada_told)
    await household.emit(request_event(ada, RequestStatus.AVAILABLE, version=3, **request))

    async def told() -> bool:
        return len(await titles(fred)) == 1 and len(await titles(ada)) == 2

    await eventually(told)
    assert (await titles(fred))[0][0].startswith("Ready")


async def test_a_stuck_request_alerts_administrators_once_and_not_when_it_has_moved_on(
    household: Sandbox,
) -> None:
    ada, boss = await introduced(household, "Ada"), await introduced(household, "Boss", Role.ADMIN)
    moved = request_event(ada, RequestStatus.APPROVED, version=2, seasons=[3], media_type="tv")
    values = moved.model_dump(by_alias=False) | {
        "reason": "Overseerr does not answer",
        "stuck_since": household.clock.now(),
    }
    stuck = RequestStuck.model_validate(values)
    await asyncio.gather(*(household.emit(event) for event in (moved, stuck)))

    async def told() -> bool:
        return len(await titles(boss)) == 1

    await eventually(told)
    [(title, body)] = await titles(boss)
    assert title == "Stuck: Dune (2021), season 3"
    assert "Overseerr does not answer. Look at it" in body
    assert [entry.link for entry in await boss.inbox() if entry.type == "request.stuck"] == [
        f"/requests/{moved.request_id}"
    ]
    late = RequestStuck.model_validate(values | {"request_id": uuid7(), "seasons": [4]})
    await household.emit(
        request_event(
            ada, RequestStatus.AVAILABLE, version=3, request_id=late.request_id, seasons=[4], media_type="tv"
        )
    )

    async def ready() -> bool:
        return any(title.startswith("Ready") for title, _ in await titles(ada))

    await eventually(ready)
    await household.emit(late)
    other = RequestStuck.model_validate(values | {"request_id": uuid7(), "seasons": [5]})
    await household.emit(other)

    async def other_told() -> bool:
        return any("season 5" in title for title, _ in await titles(boss))

    await eventually(other_told)
    assert not any("season 4" in title for title, _ in await titles(boss))
    assert await followed(household, other.request_id, "version") == [(other.version,)]


async def test_who_has_asked_is_told_when_somebody_else_changes_it(household: Sandbox) -> None:
    ada, boss = await introduced(household, "Ada"), await introduced(household, "Boss", Role.ADMIN)
    asked = request_event(ada, RequestStatus.PENDING, version=2, seasons=[6], media_type="tv", actor=ada)
    own = RequestEdited.model_validate(asked.model_dump(by_alias=False) | {"reason": "Another note."})
    by_boss = RequestEdited.model_validate(
        asked.model_dump(by_alias=False) | {"reason": "Seasons 5, 6 → 6.", "actor_id": boss.id, "version": 3}
    )
    await household.emit(own)
    await household.emit(by_boss)

    async def told() -> bool:
        return len(await titles(ada)) == 1

    await eventually(told)
    assert await titles(ada) == [
        ("Changed: Dune (2021), season 6", "An administrator changed your request. Seasons 5, 6 → 6.")
    ]
    kept = await followed(household, asked.request_id, "status, seasons, people")
    assert kept == [("pending", "[6]", f'["{ada.id.hex}"]')]


async def test_a_request_that_was_changed_before_it_was_heard_of_still_waits_for_a_decision(
    household: Sandbox,
) -> None:
    ada, boss = await introduced(household, "Ada"), await introduced(household, "Boss", Role.ADMIN)
    made = request_event(ada, RequestStatus.PENDING, version=1, seasons=[7], media_type="tv", actor=ada)
    values = made.model_dump(by_alias=False) | {"reason": "Seasons 7, 8 → 7.", "version": 2}
    await household.emit(RequestEdited.model_validate(values | {"actor_id": boss.id}))

    async def changed() -> bool:
        return len(await titles(ada)) == 1

    await eventually(changed)
    await household.emit(made)

    async def told() -> bool:
        return len(await titles(boss)) == 1

    await eventually(told)
