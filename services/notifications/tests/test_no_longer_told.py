"""What nobody is to be told any more goes to no channel: broadcasts that are over, and what suspended people had."""

from collections.abc import AsyncIterator

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.auth import UserChanged
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.notifications.broadcasts import (
    Broadcast,
    BroadcastAudience,
    SendBroadcast,
    WithdrawBroadcast,
)
from medianest_common.contracts.notifications.deliveries import ResendDelivery
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_channels import FakeNtfy
from medianest_notifications.service import SERVICE
from services.notifications.tests.channels_of import allowing, sql, with_ntfy
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.test_deliveries import hurry
from services.notifications.tests.test_inbox import _known


@pytest.fixture
async def ntfy() -> AsyncIterator[FakeNtfy]:
    async with FakeNtfy.start() as fake:
        yield fake


@pytest.fixture
async def house(sandbox: Sandbox, ntfy: FakeNtfy) -> Sandbox:
    await sandbox.start(SERVICE, **allowing(ntfy))
    return sandbox


async def introduced(house: Sandbox, name: str, role: Role = Role.USER) -> Person:
    person = Person(house, name, role)
    await person.introduce()
    await eventually(lambda: _known(house, person.id))
    return person


async def suspend(house: Sandbox, person: Person, *, version: int = 2) -> None:
    event = UserChanged(
        user_id=person.id, name=person.name, email=None, role=person.role, suspended=True, version=version
    )
    await house.emit(event)

    async def heard() -> bool:
        return bool(await sql(house, "select 1 from recipients where user_id = $1 and suspended", person.id))

    await eventually(heard)


async def state(house: Sandbox, person: Person) -> tuple[str, str | None, int] | None:
    rows = await sql(
        house, "select state, reason, attempts from deliveries where user_id = $1 order by seq", person.id
    )
    return tuple(rows[-1]) if rows else None


async def is_in(house: Sandbox, person: Person, *expected: object) -> None:
    async def so() -> bool:
        found = await state(house, person)
        assert found is not None and found[: len(expected)] == expected, found
        return True

    await eventually(so)


async def test_suspended_administrators_and_others_hear_of_nothing_on_their_channels(
    house: Sandbox, ntfy: FakeNtfy
) -> None:
    grace, olive = await introduced(house, "Grace", Role.ADMIN), await introduced(house, "Olive", Role.OWNER)
    ada = await introduced(house, "Ada")
    await with_ntfy(grace, ntfy)
    await with_ntfy(ada, ntfy)
    await suspend(house, grace)
    await suspend(house, ada)
    await house.emit(request_event(ada, RequestStatus.PENDING, version=1))
    await house.emit(request_event(ada, RequestStatus.AVAILABLE, version=2))

    async def told() -> bool:
        return len(await olive.inbox()) == 1 and len(await ada.inbox()) == 1

    await eventually(told)
    assert await grace.inbox() == []
    assert await state(house, grace) is None and await state(house, ada) is None


@pytest.mark.usefixtures("retried_by_hand")
async def test_what_waits_for_somebody_who_is_suspended_is_not_sent(house: Sandbox, ntfy: FakeNtfy) -> None:
    ada = await introduced(house, "Ada")
    await with_ntfy(ada, ntfy)
    ntfy.fail_with(503)
    await house.emit(request_event(ada, RequestStatus.AVAILABLE, version=1))
    await is_in(house, ada, "queued", None, 1)
    # Also by the version that was heard before this service kept whether somebody is suspended.
    await suspend(house, ada, version=1)
    await is_in(house, ada, "suppressed", "suspended")
    # One that was planned at the very moment.
    await sql(house, "update deliveries set state = 'queued', reason = null")
    ntfy.heal()
    await hurry(house)
    await is_in(house, ada, "suppressed", "suspended")
    assert ntfy.received == []


@pytest.mark.usefixtures("retried_by_hand")
async def test_a_broadcast_that_was_on_its_way_when_it_was_withdrawn_is_not_sent_later(
    house: Sandbox, ntfy: FakeNtfy
) -> None:
    olive, ada = await introduced(house, "Olive", Role.OWNER), await introduced(house, "Ada")
    await with_ntfy(ada, ntfy)
    ntfy.fail_with(503)
    sent: Broadcast = await olive.ask(
        SendBroadcast(audience=BroadcastAudience.EVERYONE, title="Tonight", body="No films.")
    )
    await is_in(house, ada, "queued", None, 1)
    await olive.ask(WithdrawBroadcast(id=sent.id))
    await is_in(house, ada, "suppressed", "expired")
    # As it is after an attempt that began before the withdrawal and came to nothing after it.
    await sql(house, "update deliveries set state = 'queued', reason = null")
    ntfy.heal()
    await hurry(house)
    await is_in(house, ada, "suppressed", "expired")
    [row] = await sql(house, "select id from deliveries where user_id = $1", ada.id)
    for failed in (False, True):
        if failed:
            await sql(house, "update deliveries set state = 'failed', reason = null")
        with pytest.raises(MediaNestError) as refused:
            await olive.ask(ResendDelivery(id=row["id"]))
        assert refused.value.code == "DELIVERY_NOT_OVER"
    assert ntfy.received == []
