"""Somebody sets the clock back by an hour, as it happens to machines that start with a wrong one."""

from medianest.testing import eventually
from medianest_common.contracts.media import RequestStatus
from medianest_notifications.service import SERVICE
from services.notifications.tests.channels_of import allowing, sql, texts, with_ntfy
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.news import News
from services.notifications.tests.test_delivery_outages import SlowNtfy


async def test_what_was_about_to_be_sent_does_not_wait_for_an_hour(news: News) -> None:
    async with SlowNtfy.start(clock=news.clock) as ntfy:
        await news.sandbox.stop("notifications")
        await news.sandbox.start(SERVICE, **allowing(ntfy))
        ada = Person(news.sandbox, "Ada")
        await with_ntfy(ada, ntfy)
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
