"""Asking and answering over the real server. A "trap" is a behaviour of the libraries that must not reach us."""

import asyncio
import json
from datetime import timedelta

import nats.errors
import pytest

from libs.common.tests.sample import SAMPLE, App, Echo, GetBytes, Refuse, SayAgain, Sleep, Write, notes
from medianest.testing import Sandbox
from medianest_common.bus import Context, use
from medianest_common.bus.context import with_caller
from medianest_common.contracts.base import Query
from medianest_common.contracts.identity import Role
from medianest_common.errors import MediaNestError, PayloadTooLarge, TimedOut, Unavailable


async def test_an_answer_is_the_model_and_carries_the_askers_correlation(sandbox: Sandbox) -> None:
    await sandbox.start(SAMPLE)
    with use(Context(correlation_id="corr-1234")):
        answer = await sandbox.bus.call(SayAgain(text="grüße 🌍"))
    assert answer == Echo(text="grüße 🌍", correlation_id="corr-1234")


async def test_raw_bytes_pass_through_unchanged(sandbox: Sandbox) -> None:
    await sandbox.start(SAMPLE)
    assert await sandbox.bus.call_raw(GetBytes()) == b"\x89PNG"


async def test_trap_5_slow_questions_do_not_queue_behind_each_other(sandbox: Sandbox) -> None:
    await sandbox.start(SAMPLE)
    started = asyncio.get_running_loop().time()
    await asyncio.gather(*(sandbox.bus.call(Sleep(seconds=1)) for _ in range(8)))
    assert asyncio.get_running_loop().time() - started < 8, (
        "eight of a second each took as long as one after the other"
    )


async def test_trap_6_an_error_is_answered_with_its_code_status_and_members(sandbox: Sandbox) -> None:
    await sandbox.start(SAMPLE)
    with pytest.raises(MediaNestError) as caught:
        await sandbox.bus.call(Refuse(how="conflict"))
    assert (caught.value.status, caught.value.code, caught.value.extra) == (
        409,
        "CONFLICT",
        {"existing": "abc"},
    )


async def test_trap_6_a_bug_is_answered_without_its_text(sandbox: Sandbox) -> None:
    await sandbox.start(SAMPLE)
    with pytest.raises(MediaNestError) as caught:
        await sandbox.bus.call(Refuse(how="crash"))
    assert caught.value.code == "INTERNAL"
    assert "secret" not in str(caught.value.problem())


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"text": 5}', b"\xff\xfe"])
async def test_trap_6_a_body_that_breaks_the_contract_is_answered_with_422(
    sandbox: Sandbox, body: bytes
) -> None:
    await sandbox.start(SAMPLE)
    reply = await sandbox.nats.request(SayAgain.subject, body, timeout=30)
    assert reply.headers and reply.headers["Nats-Service-Error-Code"] == "422"
    assert json.loads(reply.data)["code"] == "INVALID"


async def test_nobody_there_is_unavailable_at_once(sandbox: Sandbox) -> None:
    with pytest.raises(Unavailable):
        await sandbox.bus.call(SayAgain(text="hello"), timeout=30)


async def test_too_slow_is_a_timeout(sandbox: Sandbox) -> None:
    await sandbox.start(SAMPLE)
    with pytest.raises(TimedOut):
        await sandbox.bus.call(Sleep(seconds=30), timeout=0.2)


async def test_trap_7_work_whose_deadline_has_passed_is_not_started(
    sandbox: Sandbox, apps: list[App]
) -> None:
    await sandbox.start(SAMPLE)
    late = sandbox.clock.now() - timedelta(seconds=1)
    headers = {"mn-deadline": str(int(late.timestamp() * 1000))}
    reply = await sandbox.nats.request(
        Write.subject, Write(text="late").model_dump_json().encode(), timeout=30, headers=headers
    )
    assert reply.headers and reply.headers["Nats-Service-Error-Code"] == "504"
    assert await notes(apps[0]) == []


async def test_a_call_inside_a_call_inherits_the_earlier_deadline(sandbox: Sandbox) -> None:
    await sandbox.start(SAMPLE)
    with use(Context(correlation_id="c" * 8, deadline=sandbox.clock.now() + timedelta(seconds=0.2))):
        started = asyncio.get_running_loop().time()
        with pytest.raises(TimedOut):
            await sandbox.bus.call(Sleep(seconds=60), timeout=60)
        assert asyncio.get_running_loop().time() - started < 20


async def test_attack_104_the_caller_reaches_the_handler_only_through_the_context(sandbox: Sandbox) -> None:
    with sandbox.as_user(role=Role.ADMIN) as caller:
        headers = with_caller(caller).headers()
    assert Context.from_headers(headers).caller == caller


async def test_attack_104_what_is_too_large_for_the_bus_is_refused_and_the_connection_stays(
    sandbox: Sandbox,
) -> None:
    await sandbox.start(SAMPLE)
    with pytest.raises(PayloadTooLarge):
        await sandbox.bus.call(SayAgain(text="x" * 2_000_000))
    assert (await sandbox.bus.call(SayAgain(text="after"))).text == "after"


async def test_attack_104_a_question_whose_time_is_over_or_whose_caller_is_no_caller_is_not_answered(
    sandbox: Sandbox, apps: list[App]
) -> None:
    await sandbox.start(SAMPLE)
    body = Write(text="forged").model_dump_json().encode()
    late = {"mn-deadline": "1", "mn-correlation": "c" * 8}
    broken = {"mn-caller": '{"role":"owner"}', "mn-correlation": "c" * 8}
    for headers in (late, broken):
        reply = await sandbox.nats.request(Write.subject, body, timeout=30, headers=headers)
        assert reply.headers and int(reply.headers["Nats-Service-Error-Code"]) >= 400
    assert await notes(apps[0]) == []


async def test_a_queue_group_gives_each_question_to_one_replica(sandbox: Sandbox, apps: list[App]) -> None:
    await sandbox.start(SAMPLE)
    from medianest_common.lifecycle import running

    async with running(SAMPLE, overrides=sandbox.settings):
        await asyncio.gather(*(sandbox.bus.call(Write(text=f"note {n}")) for n in range(20)))
        assert sorted(await notes(apps[0])) == sorted(f"note {n}" for n in range(20))


class UnknownQuestion(Query[Echo]):
    pass


async def test_a_subject_without_a_handler_is_unavailable(sandbox: Sandbox) -> None:
    await sandbox.start(SAMPLE)
    with pytest.raises(Unavailable):
        await sandbox.bus.call(UnknownQuestion())
    with pytest.raises(nats.errors.NoRespondersError):
        await sandbox.nats.request(UnknownQuestion.subject, b"{}", timeout=30)
