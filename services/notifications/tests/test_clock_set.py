"""Somebody sets the clock by an hour, as it happens to machines that start with a wrong one."""

import pytest

from medianest.testing import eventually
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import DeliverNtfy
from medianest_common.testing.fake_channels import FakeNtfy
from medianest_notifications.service import SERVICE
from medianest_notifications.use_cases.deliver import deliver
from medianest_notifications.use_cases.look_after_deliveries import look_after_deliveries
from services.notifications.tests.channels_of import allowing, sql, texts, with_ntfy
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.news import News
from services.notifications.tests.test_deliveries import hurry
from services.notifications.tests.test_delivery_outages import SlowNtfy


async def somebody_with(ntfy: FakeNtfy, news: News) -> Person:
    await news.sandbox.stop("notifications")
    await news.sandbox.start(SERVICE, **allowing(ntfy))
    ada = Person(news.sandbox, "Ada")
    await with_ntfy(ada, ntfy)
    return ada


async def test_what_was_about_to_be_sent_does_not_wait_for_an_hour(news: News) -> None:
    async with SlowNtfy.start(clock=news.clock) as ntfy:
        ada = await somebody_with(ntfy, news)
        ntfy.may_answer.clear()
        for title in ("Heat", "Ronin"):
            await news.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=1, title=title))

        async def one_is_sent_and_one_waits() -> bool:
            rows = await sql(news.sandbox, "select state from deliveries order by state")
            return [row["state"] for row in rows] == ["queued", "sending"]

        await eventually(one_is_sent_and_one_waits)
        news.clock.set_by(-3600)
        ntfy.may_answer.set()

        async def both_have_arrived() -> bool:
            return sorted(texts(ntfy)) == ["Ready to watch: Heat (2021)", "Ready to watch: Ronin (2021)"]

        await eventually(both_have_arrived)


@pytest.mark.usefixtures("retried_by_hand")
async def test_what_fails_after_that_is_tried_again_no_sooner_than_ever(news: News) -> None:
    async with FakeNtfy.start(clock=news.clock) as ntfy:
        ada = await somebody_with(ntfy, news)

        async def has_failed(attempts: int) -> bool:
            rows = await sql(news.sandbox, "select attempts from deliveries where state = 'queued'")
            return [row["attempts"] for row in rows] == [attempts]

        ntfy.fail_with(503)
        await news.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=1, title="Heat"))
        await eventually(lambda: has_failed(1))
        news.clock.set_by(-3600)
        # So often that the others of the channel no longer wait for it.
        await sql(news.sandbox, "update deliveries set attempts = 5")
        await hurry(news.sandbox)
        await eventually(lambda: has_failed(6))

        ntfy.heal()
        await news.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=1, title="Ronin"))
        await ntfy.next()
        # Of two that are due the older one goes first.
        assert texts(ntfy) == ["Ready to watch: Ronin (2021)"]
        assert await has_failed(6)


async def test_a_channel_whose_provider_asked_for_two_minutes_is_not_held_for_an_hour_more(
    news: News,
) -> None:
    async with FakeNtfy.start(clock=news.clock) as ntfy:
        ada = await somebody_with(ntfy, news)
        ntfy.fail_with(429, times=1, retry_after=120)
        await news.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=1, title="Heat"))

        async def is_held() -> bool:
            return bool(await sql(news.sandbox, "select 1 from channels where held_until is not null"))

        await eventually(is_held)
        news.clock.set_by(-3600)
        await news.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=1, title="Ronin"))
        await ntfy.next(2)
        assert sorted(texts(ntfy)) == ["Ready to watch: Heat (2021)", "Ready to watch: Ronin (2021)"]
        assert not await is_held()


async def test_a_clock_a_minute_behind_takes_nothing_from_what_a_provider_asked_for(news: News) -> None:
    """As that of another replica; or as one that was looked at before somebody else was told to wait."""
    async with FakeNtfy.start(clock=news.clock) as ntfy:
        await news.sandbox.stop("notifications")
        await news.start(**allowing(ntfy))
        ada = Person(news.sandbox, "Ada")
        channel = await with_ntfy(ada, ntfy)
        ntfy.fail_with(429, times=1, retry_after=120)
        await news.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=1, title="Heat"))

        async def is_held() -> bool:
            return bool(await sql(news.sandbox, "select 1 from channels where held_until is not null"))

        async def look() -> None:
            await deliver(news.app, DeliverNtfy(channel_id=channel.channel_id), kind=ChannelKind.NTFY)

        await eventually(is_held)
        news.clock.set_by(-60)
        await look()
        await look_after_deliveries(news.app)
        assert texts(ntfy) == [] and await is_held()
        assert await sql(news.sandbox, "select woken_at from channels") == [(None,)]
        news.clock.advance(185)
        await look()
        assert texts(ntfy) == ["Ready to watch: Heat (2021)"]


async def test_what_somebody_died_over_is_not_theirs_for_an_hour_more(news: News) -> None:
    async with FakeNtfy.start(clock=news.clock) as ntfy:
        ada = await somebody_with(ntfy, news)
        ntfy.fail_with(503)
        await news.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=1, title="Heat"))

        async def was_tried() -> bool:
            return bool(await sql(news.sandbox, "select 1 from deliveries where attempts > 0"))

        await eventually(was_tried)
        await news.sandbox.stop("notifications")
        # As it looks for whoever comes after the clock was set back.
        await sql(
            news.sandbox,
            "update deliveries set state = 'sending', updated_at = now() + interval '1 hour',"
            " lease_until = now() + interval '61 minutes'",
        )
        ntfy.heal()
        await news.sandbox.start(SERVICE, **allowing(ntfy))

        async def is_theirs_for_less() -> bool:
            return bool(
                await sql(
                    news.sandbox,
                    "select 1 from deliveries where state <> 'sending' or lease_until < now() + interval '10 minutes'",
                )
            )

        await eventually(is_theirs_for_less)
        news.clock.advance(600)
        await ntfy.next()
        assert texts(ntfy) == ["Ready to watch: Heat (2021)"]


async def test_a_message_under_way_while_the_clock_is_set_forward_is_not_sent_again(news: News) -> None:
    async with SlowNtfy.start(clock=news.clock) as ntfy:
        ada = await somebody_with(ntfy, news)
        ntfy.may_answer.clear()
        await news.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=1, title="Heat"))
        await ntfy.next()
        # Whoever looks now finds that nobody can be at work on it any more.
        news.clock.set_by(3600)

        async def is_known_to_have_arrived() -> bool:
            rows = await sql(news.sandbox, "select state, attempts from deliveries")
            return [tuple(row) for row in rows] == [("sent", 2)]

        await eventually(is_known_to_have_arrived)
        ntfy.may_answer.set()
        await news.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=1, title="Ronin"))
        await ntfy.next(2)
        assert texts(ntfy) == ["Ready to watch: Heat (2021)", "Ready to watch: Ronin (2021)"]
