"""Somebody leaves: the inbox goes, and nothing that comes late fills it again."""

import asyncio
from functools import partial
from typing import Any

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.auth import UserChanged
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.notifications import ExportUserData, UserDataErased
from medianest_common.contracts.personal import NOBODY, PersonalData
from medianest_notifications.service import SERVICE
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.test_inbox import _known


async def leave(sandbox: Sandbox, person: Person) -> dict[str, int]:
    heard: list[bytes] = []

    async def arrived(message: Any) -> None:
        heard.append(message.data)

    subscription = await sandbox.nats.subscribe(UserDataErased.subject, cb=arrived)
    await sandbox.nats.flush(timeout=5)
    await sandbox.emit(UserDeleted(user_id=person.id))

    async def told() -> bool:
        return bool(heard)

    await eventually(told)
    await subscription.unsubscribe()
    return UserDataErased.model_validate_json(heard[0]).removed


async def _has(person: Person, number: int) -> bool:
    return len(await person.inbox()) == number


async def test_attack_107_an_inbox_goes_with_its_person_and_stays_away(sandbox: Sandbox) -> None:
    await sandbox.start(SERVICE)
    ada, boss = Person(sandbox, "Ada"), Person(sandbox, "Grace", Role.ADMIN)
    for person in (ada, boss):
        await person.introduce()
        await eventually(partial(_known, sandbox, person.id))
    for number in range(3):
        await sandbox.emit(request_event(ada, RequestStatus.APPROVED, version=number + 1, actor=boss))
    await sandbox.emit(request_event(ada, RequestStatus.FAILED, version=4, actor=ada))
    await eventually(lambda: _has(ada, 3))
    [asked] = await eventually(lambda: boss.inbox())
    assert "Ada" in asked.body

    held: PersonalData = await ada.ask(ExportUserData())
    assert [entry["seq"] for entry in held.tables["entries"]] == [1, 2, 3]
    assert held.tables["recipients"] == [{"name": "Ada", "role": "user", "locale": None, "zone": None}]

    # What is on its way while they leave is either deleted with the rest, or not delivered.
    racing = [request_event(ada, RequestStatus.DECLINED, version=9, actor=boss) for _ in range(8)]
    leaving = asyncio.create_task(leave(sandbox, ada))
    await asyncio.gather(*(sandbox.emit(event) for event in racing))
    removed = await leaving
    assert removed["recipients"] == 1 and removed["entries"] >= 3 and removed["followed_requests"] >= 3

    await sandbox.emit(UserChanged(user_id=ada.id, name="Ada", email=None, role=Role.ADMIN, version=9))
    await sandbox.emit(request_event(ada, RequestStatus.APPROVED, version=1, actor=boss))
    nobodys = request_event(ada, RequestStatus.FAILED, version=1).model_copy(
        update={"user_id": NOBODY, "user_name": "Somebody who has left"}
    )
    await sandbox.emit(nobodys)
    await eventually(lambda: _has(boss, 2))
    assert all("Ada" not in notice.title + notice.body for notice in await boss.inbox())
    assert (await boss.inbox())[-1].body.startswith("Somebody who has left’s request could not")

    assert await ada.inbox() == []
    assert (await ada.count()).unread == 0
    held = await ada.ask(ExportUserData())
    assert (
        held.tables["recipients"] == [{"name": "", "role": "", "locale": None, "zone": None}]
        and held.tables["entries"] == []
    )
    # A delivery that raced may have noted the number of whom it did not reach.
    assert set(await leave(sandbox, ada)) <= {"followed_requests"}, "a second time there is nothing"
    nobody = Person(sandbox, "Nobody", id=NOBODY)
    assert await nobody.inbox() == []
