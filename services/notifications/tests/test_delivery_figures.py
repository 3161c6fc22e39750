"""How many deliveries were sent, given up, suppressed and retried, by kind of channel, for Prometheus."""

from collections.abc import AsyncIterator

import pytest
from prometheus_client import REGISTRY

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.identity import Role
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import CountDeliveries
from medianest_common.errors import RemoteError
from medianest_common.testing.fake_channels import FakeNtfy
from medianest_notifications.service import SERVICE
from services.notifications.tests.channels_of import allowing, with_ntfy
from services.notifications.tests.household import Person
from services.notifications.tests.test_deliveries import hurry, tell


def figures(kind: str = "ntfy") -> dict[str, float]:
    return {
        outcome: REGISTRY.get_sample_value("medianest_deliveries_total", {"kind": kind, "outcome": outcome})
        or 0
        for outcome in ("sent", "failed", "suppressed", "retried")
    }


@pytest.fixture
async def ntfy() -> AsyncIterator[FakeNtfy]:
    async with FakeNtfy.start() as fake:
        yield fake


@pytest.fixture
async def house(sandbox: Sandbox, ntfy: FakeNtfy) -> Sandbox:
    await sandbox.start(SERVICE, **allowing(ntfy))
    return sandbox


async def became(before: dict[str, float], **more: int) -> bool:
    now = {name: value - before[name] for name, value in figures().items() if value != before[name]}
    assert now == more, now
    return True


@pytest.mark.usefixtures("retried_by_hand")
async def test_each_outcome_is_counted_once(house: Sandbox, ntfy: FakeNtfy) -> None:
    ada = Person(house, "Ada")
    await with_ntfy(ada, ntfy)
    before = figures()
    await tell(house, ada, "First")
    await eventually(lambda: became(before, sent=1))
    ntfy.fail_with(503, times=1)
    await tell(house, ada, "Second")
    await eventually(lambda: became(before, sent=1, retried=1))
    # It waits for the channel, which is then turned off.
    await tell(house, ada, "Third")
    await eventually(lambda: told(ada, 3))
    ntfy.forbidden.add("frida-at-home")
    await hurry(house)
    await eventually(lambda: became(before, sent=1, retried=1, failed=1, suppressed=1))


async def told(person: Person, count: int) -> bool:
    return len(await person.inbox()) == count


async def test_administrators_see_how_many_were_sent_and_how_many_not(house: Sandbox, ntfy: FakeNtfy) -> None:
    ada, olive = Person(house, "Ada"), Person(house, "Olive", role=Role.OWNER)
    await with_ntfy(ada, ntfy)
    await tell(house, ada, "First")
    await eventually(lambda: counted(olive, sent=1, failed=0, waiting=0))
    ntfy.forbidden.add("frida-at-home")
    await tell(house, ada, "Second")
    await eventually(lambda: counted(olive, sent=1, failed=1, waiting=0))
    assert (await olive.ask(CountDeliveries())).failed_by_channel == {ChannelKind.NTFY: 1}
    with pytest.raises(RemoteError) as refused:
        await ada.ask(CountDeliveries())
    assert refused.value.status == 403


async def counted(olive: Person, **numbers: int) -> bool:
    found = (await olive.ask(CountDeliveries())).model_dump()
    return {name: found[name] for name in numbers} == numbers
