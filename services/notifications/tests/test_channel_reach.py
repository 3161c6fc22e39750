"""What administrators set reaches private networks, for as long as they are administrators."""

from dataclasses import replace

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.notifications.channels import ChannelKind, TryChannel
from medianest_common.http import AddressPolicy
from medianest_notifications.adapters.channels.ntfy import NtfyConfig
from medianest_notifications.adapters.channels.port import read_config
from medianest_notifications.delivering.reach import within
from medianest_notifications.service import SERVICE
from services.notifications.tests.channels_of import create, newest_delivery, sql
from services.notifications.tests.household import Person, request_event

NOT_ALLOWED = "This address is not allowed."
PRIVATE = {"server": "http://10.255.255.1", "topic": "household"}


async def test_who_is_no_administrator_any_more_reaches_no_private_network(sandbox: Sandbox) -> None:
    await sandbox.start(SERVICE)
    admin = Person(sandbox, "Ada", Role.ADMIN)
    made = await create(admin, ChannelKind.NTFY, PRIVATE)
    assert made.code and NOT_ALLOWED not in made.code.answer
    await sql(sandbox, "update channels set state = 'active', code_hash = null, code_expires_at = null")
    demoted = replace(admin, role=Role.USER)
    await demoted.introduce()
    tried = await demoted.ask(TryChannel(id=made.channel.id))
    assert (tried.sent, tried.answer) == (False, NOT_ALLOWED)
    await sandbox.emit(request_event(demoted, RequestStatus.AVAILABLE, version=1))

    async def is_refused() -> bool:
        report = await newest_delivery(demoted)
        return report is not None and report.error == NOT_ALLOWED

    await eventually(is_refused)


def test_reach_is_the_lesser_of_what_was_set_and_what_its_owner_may() -> None:
    by_admin = read_config(NtfyConfig, PRIVATE, by_admin=True)
    assert within(by_admin, by_admin=True) == by_admin
    by_user = read_config(NtfyConfig, PRIVATE, by_admin=False)
    assert within(by_admin, by_admin=False) == by_user
    assert within(by_user, by_admin=True).reach is AddressPolicy.USER
