"""Codes: each is good for where it was sent and nowhere else, and nobody is sent many, whoever asks for them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import sandbox_on
from medianest_common.contracts.notifications.channels import (
    ChangeChannel,
    ChannelKind,
    ChannelState,
    DeleteChannel,
    SendChannelCode,
    VerifyChannel,
)
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_channels import FakeNtfy
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_notifications.jobs import forget_old
from medianest_notifications.repository.channels import Channels
from medianest_notifications.use_cases.send_code import send_code
from services.notifications.tests.channels_of import TOPIC, Target, allowing, code_in, create, sql
from services.notifications.tests.household import Person
from services.notifications.tests.waiting import House

HOUR, DAY = 3600.0, 86400.0


@pytest.fixture
async def ntfy() -> AsyncIterator[FakeNtfy]:
    async with FakeNtfy.start() as fake:
        yield fake


@pytest.fixture
async def house(server_urls: ServerUrls, tmp_path: Path, ntfy: FakeNtfy) -> AsyncIterator[House]:
    clock = ShiftedClock()
    async with sandbox_on(server_urls, tmp_path, clock=clock) as sandbox:
        house = House(sandbox, clock)
        await house.start(**allowing(ntfy))
        yield house


async def test_a_code_that_was_on_its_way_says_nothing_about_where_the_channel_leads_since(
    house: House, ntfy: FakeNtfy
) -> None:
    ada = Person(house.sandbox, "Ada")
    made = await create(ada, ChannelKind.NTFY, {"server": ntfy.url, "topic": TOPIC})
    async with house.app.db.transaction() as tx:
        before = await Channels(tx.session).get(made.channel.id)
    assert before is not None
    elsewhere = {"server": ntfy.url, "topic": "another"}
    await ada.ask(ChangeChannel(id=made.channel.id, name="Mine", config=elsewhere))
    # Whoever read the channel before it was changed sends their code after that.
    with house.sandbox.as_user(role=ada.role, user_id=ada.id, name=ada.name):
        await send_code(house.app, before)
    assert ntfy.received[-1]["topic"] == TOPIC
    with pytest.raises(MediaNestError) as error:
        await ada.ask(VerifyChannel(id=made.channel.id, code=code_in(ntfy.received[-1])))
    assert error.value.code == "WRONG_CODE"
    assert (await Target(ada, made.channel.id).now()).state is ChannelState.UNVERIFIED


async def test_a_target_is_sent_five_codes_a_day_whoever_asks_and_however_often_it_is_made_anew(
    house: House, ntfy: FakeNtfy
) -> None:
    ada, bert = Person(house.sandbox, "Ada"), Person(house.sandbox, "Bert")
    config = {"server": ntfy.url, "topic": TOPIC}
    for _ in range(3):
        made = await create(ada, ChannelKind.NTFY, config)
        await ada.ask(DeleteChannel(id=made.channel.id))
    theirs = await create(bert, ChannelKind.NTFY, config)
    assert theirs.code and theirs.code.sent
    again = [bert.ask(SendChannelCode(id=theirs.channel.id)) for _ in range(4)]
    answers = await asyncio.gather(*again, return_exceptions=True)
    assert [getattr(each, "code", "sent") for each in answers].count("TOO_MANY_CODES") == 3
    assert len(ntfy.received) == 5
    # It is there, and is sent its code when that is possible again.
    more = await create(ada, ChannelKind.NTFY, config)
    assert (more.channel.state, more.code) == (ChannelState.UNVERIFIED, None)
    house.clock.advance(HOUR)
    with pytest.raises(MediaNestError) as error:
        await ada.ask(SendChannelCode(id=more.channel.id))
    assert error.value.retry_after and HOUR < error.value.retry_after <= DAY
    house.clock.advance(DAY)
    assert (await ada.ask(SendChannelCode(id=more.channel.id))).sent
    await forget_old(house.app)
    assert len(await sql(house.sandbox, "select id from code_sends")) == 1


async def test_a_person_has_ten_codes_an_hour_sent_by_changing_too(house: House, ntfy: FakeNtfy) -> None:
    ada = Person(house.sandbox, "Ada")
    made = await create(ada, ChannelKind.NTFY, {"server": ntfy.url, "topic": "topic-0"})
    for number in range(1, 12):
        config = {"server": ntfy.url, "topic": f"topic-{number}"}
        made = await ada.ask(ChangeChannel(id=made.channel.id, name="Mine", config=config))
    assert made.code is None and len(ntfy.received) == 10
    house.clock.advance(HOUR)
    assert (await ada.ask(SendChannelCode(id=made.channel.id))).sent


async def test_what_is_changed_and_made_at_once_to_lead_to_one_place_is_one_channel(
    house: House, ntfy: FakeNtfy
) -> None:
    ada = Person(house.sandbox, "Ada")
    made = await create(ada, ChannelKind.NTFY, {"server": ntfy.url, "topic": "before"})
    for number in range(4):
        config = {"server": ntfy.url, "topic": f"both-{number}"}
        answers = await asyncio.gather(
            ada.ask(ChangeChannel(id=made.channel.id, name="Mine", config=config)),
            create(ada, ChannelKind.NTFY, config),
            return_exceptions=True,
        )
        assert [each.code for each in answers if isinstance(each, MediaNestError)] == ["CHANNEL_EXISTS"]
