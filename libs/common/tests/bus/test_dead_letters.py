"""How a message is buried, told of, read, and given to its handler alone once more."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from nats.js.api import ConsumerConfig
from prometheus_client import REGISTRY
from pydantic import TypeAdapter, ValidationError

from libs.common.tests.sample import SAMPLE, App, NoteWritten, Write, notes
from medianest.testing import Sandbox, eventually
from medianest_common.bus.dead_letters import (
    DeadLetter,
    described,
    is_handled,
    read_letter,
    remove_letter,
)
from medianest_common.bus.handlers import Handlers
from medianest_common.bus.topology import DEAD_LETTERS, event_stream
from medianest_common.bus.wire import EVENT_ID, HANDLER, MSG_ID, ONLY, RETRIES
from medianest_common.clock import uuid7
from medianest_common.errors import Conflict, Unavailable


def told_of_letters(letters: list[DeadLetter], failures: list[Exception]) -> Any:
    """The sample service that is told of dead letters as well."""
    own = SAMPLE.handlers
    handlers = Handlers(
        "sample", **{n: getattr(own, n) for n in vars(own) if n not in ("service", "letters")}
    )

    @handlers.dead_letters()
    async def hear(letter: DeadLetter, app: App) -> None:
        if failures:
            raise failures.pop(0)
        letters.append(letter)

    return replace(SAMPLE, handlers=handlers)


async def bury(sandbox: Sandbox, app: App, letters: list[DeadLetter], error: Exception) -> DeadLetter:
    before = len(letters)
    app.fail_next.append(error)
    await sandbox.emit(NoteWritten(text="a note"))
    await eventually(lambda: _longer(letters, before))
    return letters[-1]


async def _longer(letters: list[DeadLetter], before: int) -> bool:
    return len(letters) > before


async def test_a_letter_is_told_of_counted_and_read_as_it_was_sent(sandbox: Sandbox, apps: list[App]) -> None:
    letters: list[DeadLetter] = []
    # Telling of it fails at first, which brings forth no second letter.
    await sandbox.start(told_of_letters(letters, [Unavailable("not now")]))
    counted = _buried()
    told = await bury(sandbox, apps[0], letters, Conflict("Größe „falsch“"))
    assert _buried() == counted + 1
    js = sandbox.bus.js
    read = await read_letter(js, seq=told.seq, buried_at=told.buried_at)
    assert read is not None
    assert (read.subject, read.handler, read.service) == (
        NoteWritten.subject,
        "sample__note_written",
        "sample",
    )
    assert (read.reason, read.attempts, read.retries) == ("Conflict: Größe „falsch“", 1, 0)
    assert read.text() == NoteWritten(text="a note").model_dump_json()
    assert read.headers[EVENT_ID] == told.headers[EVENT_ID]
    info = await js.stream_info(DEAD_LETTERS)
    assert info.state.messages == 1

    await remove_letter(js, seq=told.seq, buried_at=told.buried_at)
    await remove_letter(js, seq=told.seq, buried_at=told.buried_at)
    assert await read_letter(js, seq=told.seq, buried_at=told.buried_at) is None


async def test_another_letter_in_the_same_place_is_not_taken_for_it(
    sandbox: Sandbox, apps: list[App]
) -> None:
    letters: list[DeadLetter] = []
    await sandbox.start(told_of_letters(letters, []))
    told = await bury(sandbox, apps[0], letters, Conflict("never"))
    long_ago = told.buried_at.replace(year=2020)
    js = sandbox.bus.js
    assert await read_letter(js, seq=told.seq, buried_at=long_ago) is None
    await remove_letter(js, seq=told.seq, buried_at=long_ago)
    assert await read_letter(js, seq=told.seq, buried_at=told.buried_at)


async def test_once_more_is_for_its_handler_alone_and_has_its_effect_once(
    sandbox: Sandbox, apps: list[App]
) -> None:
    letters: list[DeadLetter] = []
    await sandbox.start(told_of_letters(letters, []))
    told = await bury(sandbox, apps[0], letters, Conflict("never"))
    js = sandbox.bus.js
    # Somebody else who hears the same event, from its beginning.
    await js.add_consumer(event_stream("sample"), ConsumerConfig(durable_name="others"))

    for number in range(3):
        headers = told.once_more() | {MSG_ID: f"again-{number}"}
        await sandbox.bus.publish_stored(told.subject, told.body, headers=headers)
    for_another = told.once_more() | {MSG_ID: "for another", ONLY: "somebody__else", EVENT_ID: str(uuid7())}
    await sandbox.bus.publish_stored(told.subject, told.body, headers=for_another)
    await sandbox.bus.call(Write(text="after"))
    await eventually(lambda: _heard(apps[0], "a note", "after"))
    assert apps[0].listened == ["a note", "after"], "listeners heard it when it was first told"
    assert await notes(apps[0]) == ["after"]
    pending = (await js.consumer_info(event_stream("sample"), "others")).num_pending
    assert pending == 6, "it is passed over by the mark alone"


async def _heard(app: App, *texts: str) -> bool:
    return app.heard == list(texts) and len(app.listened) == len(texts)


async def test_what_fails_once_more_says_how_often(sandbox: Sandbox, apps: list[App]) -> None:
    letters: list[DeadLetter] = []
    await sandbox.start(told_of_letters(letters, []))
    told = await bury(sandbox, apps[0], letters, Conflict("never"))
    apps[0].fail_next.append(Conflict("still not"))
    await sandbox.bus.publish_stored(told.subject, told.body, headers=told.once_more() | {MSG_ID: "again"})
    await eventually(lambda: _longer(letters, 1))
    assert (letters[1].retries, letters[1].reason) == (1, "Conflict: still not")
    assert letters[1].once_more()[RETRIES] == "2"
    assert ONLY not in letters[1].headers and letters[1].headers[HANDLER] == told.handler


async def test_a_handler_that_is_no_more_is_known_as_such(sandbox: Sandbox) -> None:
    await sandbox.start(SAMPLE)
    js = sandbox.bus.js
    assert await is_handled(js, subject=NoteWritten.subject, handler="sample__note_written")
    assert not await is_handled(js, subject=NoteWritten.subject, handler="sample__of_yore")
    assert not await is_handled(js, subject="evt.nobody.thing.done", handler="nobody__thing_done")
    assert not await is_handled(js, subject="nonsense", handler="")


async def test_what_cannot_be_buried_does_not_come_back_at_once(sandbox: Sandbox, apps: list[App]) -> None:
    await sandbox.start(SAMPLE)
    await sandbox.bus.js.delete_stream(DEAD_LETTERS)
    counted = _buried()
    for _ in range(50):
        apps[0].fail_next.append(Conflict("never"))
    await sandbox.emit(NoteWritten(text="a note"))
    await eventually(lambda: _fewer(apps[0], 50))
    await asyncio.sleep(0.3)
    assert len(apps[0].fail_next) >= 48
    assert _buried() == counted


async def _fewer(app: App, than: int) -> bool:
    return len(app.fail_next) < than


def test_a_reason_never_repeats_what_was_sent() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(NoteWritten).validate_json('{"text": {"password": "hunter2"}}')
    assert "hunter2" not in described(caught.value) and "text: " in described(caught.value)
    assert described(ValueError("token=abcdef\r\n\ud800x")) == "ValueError: token=[hidden]  \\ud800x"


def _buried() -> float:
    found = REGISTRY.get_sample_value("medianest_dead_letters_total", {"handler": "sample__note_written"})
    return found or 0.0
