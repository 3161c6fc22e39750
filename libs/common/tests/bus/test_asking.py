"""Where answers arrive: one inbox for all questions of a connection."""

import asyncio

import nats.errors
import pytest
from nats.aio.msg import Msg

from medianest.testing import Sandbox
from medianest_common.bus.asking import Answers
from medianest_common.errors import Unavailable

_SUBJECT = "rpc.sample.asked"


async def test_each_of_a_crowd_gets_its_own_answer_though_none_has_asked_before(sandbox: Sandbox) -> None:
    async def repeat(question: Msg) -> None:
        await question.respond(question.data)

    await sandbox.nats.subscribe(_SUBJECT, cb=repeat)
    answers = Answers(sandbox.nats)
    asked = [b"%d" % number for number in range(200)]
    heard = await asyncio.gather(*(answers.to(_SUBJECT, body, timeout=60, headers=None) for body in asked))
    assert [answer.data for answer in heard] == asked


async def test_an_answer_that_comes_late_or_twice_is_nobodys(sandbox: Sandbox) -> None:
    asked: asyncio.Queue[Msg] = asyncio.Queue()
    await sandbox.nats.subscribe(_SUBJECT, cb=asked.put)
    answers = Answers(sandbox.nats)
    with pytest.raises(nats.errors.TimeoutError):
        await answers.to(_SUBJECT, b"first", timeout=0.05, headers=None)
    late = await asyncio.wait_for(asked.get(), 60)
    second = asyncio.create_task(answers.to(_SUBJECT, b"second", timeout=60, headers=None))
    question = await asyncio.wait_for(asked.get(), 60)
    await late.respond(b"too late")
    await question.respond(b"yes")
    await question.respond(b"yes, again")
    assert (await second).data == b"yes"
    third = asyncio.create_task(answers.to(_SUBJECT, b"third", timeout=60, headers=None))
    await (await asyncio.wait_for(asked.get(), 60)).respond(b"no")
    assert (await third).data == b"no"


@pytest.mark.parametrize("answer", [b"", b"{}", b"[]", b"+OK", b'{"seq": 1}'])
async def test_what_no_stream_has_answered_for_is_not_stored(sandbox: Sandbox, answer: bytes) -> None:
    async def in_its_place(message: Msg) -> None:
        await message.respond(answer)

    await sandbox.nats.subscribe("rpc.sample.stored", cb=in_its_place)
    with pytest.raises(Unavailable):
        await sandbox.bus.publish_stored("rpc.sample.stored", b"{}", headers={})
    with pytest.raises(Unavailable):
        await sandbox.bus.publish_stored("rpc.sample.nobody", b"{}", headers={})


async def test_who_gives_up_asking_leaves_nothing_behind(sandbox: Sandbox) -> None:
    asked: asyncio.Queue[Msg] = asyncio.Queue()
    await sandbox.nats.subscribe(_SUBJECT, cb=asked.put)
    answers = Answers(sandbox.nats)
    asking = asyncio.create_task(answers.to(_SUBJECT, b"", timeout=60, headers=None))
    question = await asyncio.wait_for(asked.get(), 60)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await question.respond(b"nobody waits")
    await sandbox.nats.flush(timeout=60)
    assert not answers._waiting


async def test_an_answer_comes_over_a_new_connection_as_well(sandbox: Sandbox) -> None:
    async def repeat(question: Msg) -> None:
        await question.respond(question.data)

    await sandbox.nats.subscribe(_SUBJECT, cb=repeat)
    answers = Answers(sandbox.nats)
    assert (await answers.to(_SUBJECT, b"before", timeout=60, headers=None)).data == b"before"
    before = sandbox.nats.stats["reconnects"]
    assert sandbox.nats._transport
    sandbox.nats._transport.close()  # type: ignore[no-untyped-call]
    async with asyncio.timeout(60):
        while sandbox.nats.stats["reconnects"] == before or not sandbox.nats.is_connected:
            await asyncio.sleep(0.05)
    assert (await answers.to(_SUBJECT, b"after", timeout=60, headers=None)).data == b"after"
