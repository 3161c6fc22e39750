"""Errors of browsers: what is kept of them, which are the same, and that no flood of them can grow without bound."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from medianest.testing import Sandbox
from medianest_common.clock import uuid7
from medianest_common.contracts.health.errors import (
    CountErrors,
    DeleteError,
    ErrorDetails,
    ErrorSummary,
    GetError,
    ListErrors,
    ReportError,
    ReportErrorBody,
    ResolveError,
)
from medianest_common.contracts.identity import Role
from medianest_common.errors import RemoteError
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health import jobs
from medianest_health.reported import Reported, browser_of, page_of, read
from medianest_health.repository.error_groups import MOST_GROUPS
from services.health.tests.household import Household

CHROME = """TypeError: Cannot read properties of undefined (reading 'title')
    at async RequestCard (https://nest.example.org/assets/requests-Bq3xT9Zk.js:12:{place})
    at Array.map (<anonymous>)
    at renderList (https://nest.example.org/assets/index-C0ffee42.js?v=3:1:99)"""
FIREFOX = """RequestCard@https://nest.example.org/assets/requests-Bq3xT9Zk.js:12:{place}
renderList@https://nest.example.org/assets/index-C0ffee42.js:1:99"""
USER_AGENTS = {
    "Firefox 141": "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
    "Chrome 138": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Safari/537.36",
    "Edge 138": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0",
    "Safari 18": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1",
}


def reported(
    message: str = "x is not a function",
    stack: str | None = None,
    page: str | None = None,
    kind: str = "TypeError",
) -> Reported:
    return read(ReportErrorBody(kind=kind, message=message, stack=stack, page=page), user_agent="")


def same(*errors: Reported) -> bool:
    return len({each.fingerprint for each in errors}) == 1


@pytest.mark.parametrize("stack", [CHROME, FIREFOX])
def test_the_same_error_elsewhere_in_a_line_or_in_the_next_build_is_the_same(stack: str) -> None:
    first = reported(stack=stack.format(place=7))
    other_place = reported(stack=stack.format(place=1234))
    next_build = reported(
        stack=stack.format(place=7).replace("Bq3xT9Zk", "Zz9_pQ1-").replace("C0ffee42", "aB3dE6gH")
    )
    assert same(first, other_place, next_build)
    assert not same(first, reported(stack=stack.format(place=7).replace("RequestCard", "DownloadCard")))


def test_ids_and_numbers_in_the_message_do_not_make_another_error() -> None:
    assert same(
        reported(f"request {uuid7()} failed after 3 tries at https://nest.example.org/a?b=1"),
        reported(f"request {uuid7()} failed after 25 tries at https://nest.example.org/c"),
        reported(f"request {uuid7().hex} failed after 1 tries at http://x/"),
    )
    assert not same(reported("request failed"), reported("download failed"))
    assert not same(reported(kind="TypeError"), reported(kind="RangeError"))


def test_one_cannot_tell_from_the_page_what_it_was_about() -> None:
    assert page_of(f"/requests/{uuid7()}?tab=history#top") == "/requests/:id"
    assert page_of("https://nest.example.org/media/movie/603") == "/media/movie/:id"
    assert page_of("/invite/kJ3_s9dKfj29dkKdj28dhkKDk2s8") == "/invite/:id"
    assert page_of("/settings/notifications") == "/settings/notifications"
    assert page_of("//[::1/x?y") == "//[::1/x"


def test_secrets_and_addresses_of_people_are_not_kept() -> None:
    kept = reported(
        "GET https://nest.example.org/x?token=abc failed for frida@example.org with Bearer abcdefghijkl",
        stack="load@https://nest.example.org/assets/a.js?token=verysecretvalue:1:2",
    )
    assert kept.message == "GET https://nest.example.org/x failed for <mail> with Bearer [hidden]"
    assert "verysecret" not in (kept.stack or "")


def test_nothing_in_it_leads_a_log_or_a_terminal_astray() -> None:
    hostile = 'a\x1b[2J\r\n{"event":"forged","level":"error"}\u202e\u2028b\x00'.replace("\x00", "")
    kept = reported(hostile, stack=f"at {hostile}\nat b (c.js:1:1)", kind="Type\nError\x07")
    assert kept.message == 'a[2J {"event":"forged","level":"error"} b'
    assert kept.kind == "Type Error"
    assert kept.stack is not None
    assert not {c for c in kept.stack if c != "\n" and not c.isprintable()}


@pytest.mark.parametrize("name, user_agent", USER_AGENTS.items())
def test_the_browser_is_kept_as_family_and_version(name: str, user_agent: str) -> None:
    assert browser_of(user_agent) == name


def test_an_unknown_browser_is_none() -> None:
    assert browser_of("curl/8.0") is None


@given(message=st.text(min_size=1, max_size=2000), stack=st.text(max_size=4000), page=st.text(max_size=500))
def test_whatever_is_reported_can_be_kept_on_one_line(message: str, stack: str, page: str) -> None:
    body = ReportErrorBody.model_construct(kind="E", message=message, stack=stack, page=page, release=None)
    kept = read(body, user_agent="")
    assert kept.message and kept.message.isprintable()
    assert (kept.page or "").isprintable()
    assert all(c == "\n" or c.isprintable() for c in kept.stack or "")
    kept.message.encode()


def test_the_longest_report_costs_little() -> None:
    """No pattern may take more than its share, whatever the text: these are what patterns stumble over."""
    for filling in ("a", "a.", "1", "(", "@", "at a (", "0a", "-A"):
        reported((filling * 2000)[:2000], stack=(filling * 10_000)[:10_000], page=(f"/{filling}" * 500)[:500])


# Together with the service.


@pytest.fixture
async def quiet(sandbox: Sandbox, clock: ShiftedClock) -> Household:
    home = Household(sandbox, clock)
    await home.start()
    return home


async def report(home: Household, message: str = "x is not a function", **more: str) -> None:
    command = ReportError(
        body=ReportErrorBody(message=message, **more),
        user_agent=USER_AGENTS["Firefox 141"],
    )
    with home.sandbox.as_user():
        await home.sandbox.bus.call(command, timeout=30)


async def groups(home: Household, **query: object) -> list[ErrorSummary]:
    with home.sandbox.as_user(role=Role.ADMIN):
        return (await home.sandbox.bus.call(ListErrors(**query), timeout=30)).items  # type: ignore[arg-type]


async def look(home: Household, group: ErrorSummary) -> ErrorDetails:
    with home.sandbox.as_user(role=Role.ADMIN):
        return await home.sandbox.bus.call(GetError(id=group.id), timeout=30)


async def resolve(home: Household, group: ErrorSummary) -> ErrorDetails:
    with home.sandbox.as_user(role=Role.ADMIN):
        return await home.sandbox.bus.call(ResolveError(id=group.id), timeout=30)


async def test_the_same_error_is_counted_in_parallel_too(quiet: Household) -> None:
    await asyncio.gather(
        *(report(quiet, f"{n} is too many", stack=CHROME.format(place=n)) for n in range(20))
    )
    [group] = await groups(quiet)
    assert (group.count, group.browser) == (20, "Firefox 141")
    assert "RequestCard" in ((await look(quiet, group)).stack or "")


async def test_a_resolved_one_is_back_once_it_is_seen_again(quiet: Household, clock: ShiftedClock) -> None:
    await report(quiet)
    [group] = await groups(quiet)
    resolved = await resolve(quiet, group)
    assert resolved.resolved_at is not None
    assert (await resolve(quiet, group)).resolved_at == resolved.resolved_at
    assert (await groups(quiet, resolved=False), len(await groups(quiet, resolved=True))) == ([], 1)
    clock.advance(60)
    await report(quiet)
    [again] = await groups(quiet, resolved=False)
    assert (again.id, again.count, again.resolved_at) == (group.id, 2, None)
    assert again.last_seen_at > group.last_seen_at and again.first_seen_at == group.first_seen_at


async def test_administrators_see_how_many_there_are(quiet: Household, clock: ShiftedClock) -> None:
    for message in ("x is not a function", "y is not a function"):
        await report(quiet, message)
    await resolve(quiet, (await groups(quiet))[0])
    clock.advance(timedelta(days=1, minutes=1).total_seconds())
    await report(quiet, "z is not a function")
    with quiet.sandbox.as_user(role=Role.ADMIN):
        counts = await quiet.sandbox.bus.call(CountErrors(), timeout=30)
    assert (counts.open, counts.resolved, counts.seen_in_day) == (2, 1, 1)
    with quiet.sandbox.as_user(), pytest.raises(RemoteError) as refused:
        await quiet.sandbox.bus.call(CountErrors(), timeout=30)
    assert refused.value.status == 403


async def test_a_deleted_one_is_gone_and_begins_anew(quiet: Household) -> None:
    await report(quiet)
    [group] = await groups(quiet)
    with quiet.sandbox.as_user(role=Role.ADMIN):
        await quiet.sandbox.bus.call(DeleteError(id=group.id), timeout=30)
        for message in (DeleteError(id=group.id), GetError(id=group.id), ResolveError(id=group.id)):
            with pytest.raises(RemoteError) as refused:
                await quiet.sandbox.bus.call(message, timeout=30)
            assert refused.value.code == "ERROR_GROUP_NOT_FOUND"
    await report(quiet)
    [anew] = await groups(quiet)
    assert (anew.count, anew.id != group.id) == (1, True)


async def test_they_are_found_by_what_they_say_and_page_by_page(
    quiet: Household, clock: ShiftedClock
) -> None:
    for word in ("apple", "pear", "100%_sure"):
        await report(quiet, f"no {word} here", page=f"/{word.partition('%')[0]}")
        clock.advance(1)
    assert [group.message for group in await groups(quiet, q="APPLE")] == ["no apple here"]
    assert [group.message for group in await groups(quiet, q="%_")] == ["no 100%_sure here"]
    found, cursor = [], None
    with quiet.sandbox.as_user(role=Role.ADMIN):
        for _ in range(3):
            page = await quiet.sandbox.bus.call(ListErrors(limit=1, cursor=cursor), timeout=30)
            found += [each.message for each in page.items]
            cursor = page.next_cursor
    assert (found, cursor) == (["no 100%_sure here", "no pear here", "no apple here"], None)


async def test_a_flood_of_different_errors_does_not_wash_away_what_happens_again_and_again(
    quiet: Household,
) -> None:
    for _ in range(2):
        await report(quiet, "happens again and again")
    await report(quiet, "is resolved")
    [is_resolved] = await groups(quiet, q="is resolved")
    await resolve(quiet, is_resolved)
    async with quiet.app.db.transaction() as tx:
        await tx.session.execute(
            text(
                "insert into error_groups (id, fingerprint, kind, message, count, first_seen_at, last_seen_at)"
                " select gen_random_uuid(), n::text, 'Error', 'filling', 1, now(), now()"
                " from generate_series(1, :most) n"
            ),
            {"most": MOST_GROUPS - 2},
        )
    words = [chr(ord("a") + n) * 5 for n in range(10)]
    await asyncio.gather(*(report(quiet, f"no {word}") for word in words))
    async with quiet.app.db.read() as connection:
        kept = (await connection.execute(text("select message from error_groups"))).scalars().all()
    assert len(kept) == MOST_GROUPS
    assert {"happens again and again", *(f"no {word}" for word in words)} <= set(kept)
    assert "is resolved" not in kept


async def test_what_was_not_seen_for_long_is_forgotten(quiet: Household, clock: ShiftedClock) -> None:
    await report(quiet)
    clock.advance(timedelta(days=89) / timedelta(seconds=1))
    await jobs.prune(quiet.app)
    assert len(await groups(quiet)) == 1
    clock.advance(timedelta(days=2) / timedelta(seconds=1))
    await jobs.prune(quiet.app)
    assert await groups(quiet) == []


async def test_everybody_may_report_and_only_administrators_may_look(quiet: Household) -> None:
    await report(quiet)
    [group] = await groups(quiet)
    for message in (
        ListErrors(),
        GetError(id=group.id),
        ResolveError(id=group.id),
        DeleteError(id=group.id),
    ):
        with quiet.sandbox.as_user(), pytest.raises(RemoteError) as refused:
            await quiet.sandbox.bus.call(message, timeout=30)
        assert refused.value.code == "FORBIDDEN"
    with pytest.raises(RemoteError) as refused:
        await quiet.sandbox.bus.call(ReportError(body=ReportErrorBody(message="x")), timeout=30)
    assert refused.value.code == "UNAUTHENTICATED"
