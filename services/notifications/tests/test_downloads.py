"""Downloads are told to those who have asked for them; that all of them stand still, to administrators."""

from typing import Any

from medianest.testing import Sandbox, eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Event
from medianest_common.contracts.identity import Role
from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.contracts.youtube.events import (
    BatchFailed,
    BatchIndexed,
    DownloadFailed,
    DownloadReady,
    QueuePaused,
    QueueResumed,
    SubscriptionFailed,
)
from medianest_notifications.service import SERVICE
from services.notifications.tests.household import Person
from services.notifications.tests.test_inbox import _known
from services.notifications.tests.test_issues import titles
from services.notifications.tests.test_leaving import leave

ASSET = uuid7()


def _change(**more: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "asset_id": ASSET,
        "video_id": "abcdefghijk",
        "title": "Trains of the Alps",
        "channel": "Trains",
        "status": DownloadStatus.READY,
        "user_ids": [],
        "version": 5,
    }
    return values | more


async def _introduced(sandbox: Sandbox, person: Person) -> None:
    await person.introduce()
    await eventually(lambda: _known(sandbox, person.id))


async def _told(sandbox: Sandbox, *events: Event) -> None:
    for event in events:
        await sandbox.emit(event)


async def test_who_asked_for_a_video_hears_of_it_and_a_list_of_a_hundred_makes_no_hundred_notices(
    sandbox: Sandbox,
) -> None:
    await sandbox.start(SERVICE)
    frida, olli = Person(sandbox, "Frida"), Person(sandbox, "Olli")
    await _introduced(sandbox, frida)
    await _introduced(sandbox, olli)
    download = uuid7()

    await _told(
        sandbox,
        DownloadReady(
            **_change(user_ids=[frida.id, olli.id], singly=[frida.id], download_ids={frida.id: download}),
            plex_url="https://app.plex.tv/x",
        ),
        BatchIndexed(batch_id=uuid7(), user_id=olli.id, title="Railways", found=12, made=11),
    )

    await eventually(lambda: _has(olli, 1))
    await eventually(lambda: _has(frida, 1))
    (ready,) = await frida.inbox()
    assert ready.title == "Ready to watch: Trains of the Alps"
    assert ready.body == "The video by Trains is in Plex."
    assert ready.link == f"/youtube/downloads/{download}"
    assert ready.data["plexUrl"] == "https://app.plex.tv/x"
    (read,) = await olli.inbox()
    assert read.title == "Has been read: Railways"
    assert read.body == "11 videos of it will be downloaded. One video will not; the list says why."


async def test_a_failure_says_why_and_the_same_event_twice_is_one_notice(sandbox: Sandbox) -> None:
    await sandbox.start(SERVICE)
    frida = Person(sandbox, "Frida")
    await _introduced(sandbox, frida)
    why = "The video is private. Ask whoever has made it."
    private = DownloadFailed(
        **_change(status=DownloadStatus.FAILED, singly=[frida.id], code=FailureCode.PRIVATE, reason=why)
    )
    unreadable = BatchFailed(
        batch_id=uuid7(), user_id=frida.id, title="Railways", code=FailureCode.NETWORK, reason="No answer."
    )
    silent = SubscriptionFailed(
        subscription_id=uuid7(),
        user_id=frida.id,
        title="Trains",
        code=FailureCode.REMOVED,
        reason="It is gone.",
    )

    await _told(sandbox, private, unreadable, silent)

    await eventually(lambda: _has(frida, 3))
    assert sorted(await titles(frida)) == [
        "Could not be downloaded: Trains of the Alps",
        "Could not be read: Railways",
        "Nothing new can be seen of Trains",
    ]
    assert why in {entry.body for entry in await frida.inbox()}


async def test_a_queue_that_stands_still_is_told_to_administrators_alone(sandbox: Sandbox) -> None:
    await sandbox.start(SERVICE)
    frida, anna = Person(sandbox, "Frida"), Person(sandbox, "Anna", role=Role.ADMIN)
    await _introduced(sandbox, frida)
    await _introduced(sandbox, anna)

    await _told(
        sandbox,
        QueuePaused(code=FailureCode.BOT_CHECK, reason="YouTube wants to see a person.", until=None),
    )
    await eventually(lambda: _has(anna, 1))
    await _told(sandbox, QueueResumed())

    await eventually(lambda: _goes_on(anna))
    assert await titles(anna) == ["Downloads go on"], "and it is no longer said that they are paused"
    assert await frida.inbox() == []


async def test_who_pauses_the_queue_is_not_told_so_and_the_other_administrators_are(
    sandbox: Sandbox,
) -> None:
    await sandbox.start(SERVICE)
    anna, boris = (Person(sandbox, name, role=Role.ADMIN) for name in ("Anna", "Boris"))
    await _introduced(sandbox, anna)
    await _introduced(sandbox, boris)

    await _told(sandbox, QueuePaused(code=None, reason="A new disk.", until=None, actor_id=anna.id))
    await eventually(lambda: _has(boris, 1))
    await _told(sandbox, QueueResumed(actor_id=anna.id))

    await eventually(lambda: _goes_on(boris))
    assert await anna.inbox() == []


async def test_nothing_comes_back_of_somebody_who_has_left(sandbox: Sandbox) -> None:
    await sandbox.start(SERVICE)
    frida, anna = Person(sandbox, "Frida"), Person(sandbox, "Anna", role=Role.ADMIN)
    await _introduced(sandbox, frida)
    await _introduced(sandbox, anna)
    await leave(sandbox, frida)

    await _told(
        sandbox,
        DownloadReady(**_change(singly=[frida.id, anna.id])),
    )

    await eventually(lambda: _has(anna, 1))
    assert await frida.inbox() == []


async def _goes_on(person: Person) -> bool:
    return "Downloads go on" in await titles(person)


async def _has(person: Person, number: int) -> bool:
    return len(await person.inbox()) == number
