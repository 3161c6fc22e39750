"""One message that could not be handled, as an administrator looks at it."""

import json

import pytest

from libs.common.tests.sample import SAMPLE, NoteWritten
from medianest.testing import Sandbox, eventually
from medianest_common.bus.wire import EVENT_ID
from medianest_common.clock import uuid7
from medianest_common.contracts.health.queues import (
    DeadLetter,
    DeadLetterDetails,
    GetDeadLetter,
    ListDeadLetters,
)
from medianest_common.contracts.identity import Role
from medianest_common.testing.shifted_clock import ShiftedClock
from services.health.tests.household import Household


@pytest.fixture
async def home(sandbox: Sandbox, clock: ShiftedClock) -> Household:
    home = Household(sandbox, clock)
    await home.start(alone=True)
    await sandbox.start(SAMPLE)
    return home


async def shown(home: Household, *bodies: bytes) -> list[DeadLetterDetails]:
    """Each of these is no note that could be read."""
    found: list[DeadLetter] = []

    async def listed() -> bool:
        with home.sandbox.as_user(role=Role.ADMIN):
            found[:] = (await home.sandbox.bus.call(ListDeadLetters(limit=100), timeout=30)).items
        return len(found) == len(bodies)

    ids = [uuid7() for _ in bodies]
    for event_id, body in zip(ids, bodies, strict=True):
        await home.sandbox.bus.publish_stored(NoteWritten.subject, body, headers={EVENT_ID: str(event_id)})
    await eventually(listed)
    letters = {each.message_id: each.seq for each in found}
    with home.sandbox.as_user(role=Role.ADMIN):
        return [await home.sandbox.bus.call(GetDeadLetter(seq=letters[each]), timeout=30) for each in ids]


async def test_whatever_is_left_out_is_said(home: Household) -> None:
    long = json.dumps({"note": "x" * 5000}).encode()
    deep = json.dumps({"note": [[[[[[["x"]]]]]]]}).encode()
    # Hidden, it would look short.
    no_json = b"token=" + b"x" * 40_000 + b" and what follows"
    for letter in await shown(home, long, deep, no_json):
        assert letter.body and len(letter.body) < 16_000
        assert letter.is_cut


async def test_what_is_hidden_is_not_called_left_out(home: Household) -> None:
    whole = json.dumps({"token": "x" * 5000, "note": [[[[["x"]]]]], "exception": "x" * 5000}).encode()
    [letter] = await shown(home, whole)
    assert letter.body and "x" * 5000 in letter.body
    assert not letter.is_cut
