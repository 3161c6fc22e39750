"""At whatever step a mail server fails, a mail waits, says why, and has arrived in the end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from medianest.testing import eventually
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.notifications.channels import ChannelState
from medianest_common.contracts.notifications.deliveries import DeliveryReport, DeliveryState
from medianest_common.testing.certificates import expired
from medianest_common.testing.mail_road import MailRoad, MailTrouble, Step
from medianest_common.testing.mail_server import MailServer
from medianest_notifications.adapters import smtp
from medianest_notifications.delivering.backoff import MOST_DOUBTS
from medianest_notifications.service import SERVICE
from services.notifications.tests.channels_of import Target, deliveries_of
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.news import News
from services.notifications.tests.test_channels_end import with_mail

_SHORT = ((Step.RECIPIENT, MailTrouble.NONSENSE), (Step.TAKEN, MailTrouble.DROPS))
CASES = [
    pytest.param(
        step,
        trouble,
        id=f"{trouble} at {step}",
        marks=() if (step, trouble) in _SHORT else pytest.mark.long,
    )
    for step in Step
    for trouble in MailTrouble
]
_WAITING = (DeliveryState.QUEUED, DeliveryState.SENDING)


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer.start() as server:
        yield server


@pytest.fixture
async def road(server: MailServer) -> AsyncIterator[MailRoad]:
    async with MailRoad.start("localhost", server.port) as road:
        yield road


async def started(news: News, url: str) -> None:
    await news.sandbox.stop("notifications")
    await news.sandbox.start(SERVICE, smtp_url=url, mail_from="MediaNest <nest@example.org>")


async def report_to(person: Person) -> DeliveryReport:
    entries = await person.inbox()
    assert len(entries) == 1
    reports = await deliveries_of(person, entries[0].id)
    assert len(reports) == 1
    return reports[0]


async def has_failed(person: Person) -> bool:
    report = await report_to(person)
    assert report.attempts and report.error, report
    assert report.state in _WAITING, report
    return True


async def has_arrived(news: News, ada: Person) -> bool:
    news.clock.advance(20)
    await asyncio.sleep(0.5)
    report = await report_to(ada)
    assert (report.state, report.error) == (DeliveryState.SENT, None), report
    return True


def of_heat(server: MailServer) -> list[str]:
    return [mail["Message-ID"] for mail in server.mails if mail["Subject"].startswith("Ready to watch: Heat")]


@pytest.mark.parametrize("step, trouble", CASES)
async def test_a_mail_arrives_though_its_server_failed_at_any_step(
    news: News,
    server: MailServer,
    road: MailRoad,
    step: Step,
    trouble: MailTrouble,
) -> None:
    await started(news, server.url.replace(f"localhost:{server.port}", f"127.0.0.1:{road.port}"))
    ada = Person(news.sandbox, "Ada")
    target: Target = await with_mail(ada, server)
    with pytest.MonkeyPatch.context() as patch:
        if trouble is MailTrouble.HANGS:
            for name in ("_STEP_SECONDS", "_WHOLE_SECONDS", "_TAKING_SECONDS"):
                patch.setattr(smtp, name, 3.0)
        road.meet(step, trouble)
        await news.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=1, title="Heat"))
        await eventually(lambda: has_failed(ada), within=120)
        assert road.met
    await road.heal()
    await eventually(lambda: has_arrived(news, ada), within=120)
    sent = of_heat(server)
    assert len(set(sent)) == 1, "under one number, whatever happened"
    # What was taken without a word of it cannot be asked for, and what was refused has not been taken.
    assert len(sent) <= (MOST_DOUBTS if step is Step.TAKEN else 1)
    assert (await target.now()).state is ChannelState.ACTIVE


@pytest.mark.parametrize(
    "where", ["certificate_expired", pytest.param("name_unknown", marks=pytest.mark.long)]
)
async def test_a_mail_waits_for_a_server_that_is_not_the_one_that_was_meant(
    news: News, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    context, authority = expired(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    async with (
        MailServer.start(encrypted="starttls", context=context) as outdated,
        MailServer.start() as server,
    ):
        await started(news, server.url)
        ada = Person(news.sandbox, "Ada")
        await with_mail(ada, server)
        nowhere = server.url.replace(f"localhost:{server.port}", "nowhere.invalid:25")
        await started(news, outdated.url if where == "certificate_expired" else nowhere)
        await news.sandbox.emit(request_event(ada, RequestStatus.AVAILABLE, version=1, title="Heat"))
        await eventually(lambda: has_failed(ada), within=120)
        said = (await report_to(ada)).error or ""
        assert ("certificate" if where == "certificate_expired" else "reached") in said
        await started(news, server.url)
        await eventually(lambda: has_arrived(news, ada), within=120)
        assert len(of_heat(server)) == 1
        assert outdated.mails == []
