"""Issues: saved first, passed on after, and heard of when somebody answers over there."""

import asyncio
from typing import Any

import pytest

from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts import media
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media import issues as said
from medianest_common.contracts.media.issues import Issue, IssueKind, IssueStatus
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_overseerr import Permission
from medianest_common.testing.fake_overseerr.notices import about_issue
from medianest_common.testing.fake_overseerr.numbers import IssueStatus as TheirStatus
from medianest_common.testing.fake_overseerr.numbers import IssueType, Notification
from medianest_common.testing.fake_overseerr.state import Issue as TheirIssue
from medianest_common.testing.fake_overseerr.state import IssueComment as TheirComment
from medianest_common.testing.fake_overseerr.state import User
from medianest_common.testing.fake_overseerr.views import Views
from medianest_common.testing.fake_overseerr.webhooks import DEFAULT_TEMPLATE, fill
from medianest_media.use_cases.erase_issue_words import ERASED
from services.media.tests.conftest import FILM, SHOW, Home, Person
from services.media.tests.test_leaving import erased

HOSTILE = [
    "$& $` $' $$ {{requestedBy_email}} {{subject}}",
    "<script>alert(1)</script> ' \" ; drop table issues; --",
    "\u202eright to left\u202c \u0007 bell\r\nand a line",
    "👩‍👩‍👧‍👦 𝕊ubtitles * > evt.media.> ../../etc/passwd %00",
    "🎬" * 1000,
]


async def report(person: Person, message: str = "No sound", **more: Any) -> Issue:
    place: dict[str, Any] = {
        "media_type": MediaType.MOVIE,
        "tmdb_id": FILM,
        "issue_kind": IssueKind.AUDIO,
    } | more
    return await person.call(said.CreateIssue(message=message, **place))


async def sees(person: Person, issue: Issue) -> Issue:
    return await person.call(said.GetIssue(id=issue.id))


def in_library(home: Home) -> None:
    """Overseerr has rows only for what was asked for or is there."""
    home.overseerr.set_available("movie", FILM)
    home.overseerr.set_available("tv", SHOW)


def may_report(home: Home) -> None:
    for user in home.overseerr.state.users.values():
        user.permissions |= Permission.CREATE_ISSUES


async def twin(home: Home, issue: Issue) -> TheirIssue:
    async def known() -> TheirIssue | None:
        rows = await home.rows("select backend_id from issues where id = :id and in_line", id=issue.id)
        return home.overseerr.state.issues.get(rows[0][0]) if rows else None

    found: TheirIssue = await home.comes(known)
    return found


def filed(home: Home) -> list[Any]:
    return [c for c in home.overseerr.calls if c.method == "POST" and c.path == "/api/v1/issue"]


def title_pages(home: Home) -> list[Any]:
    return [c for c in home.overseerr.calls if c.method == "GET" and c.path == f"/api/v1/movie/{FILM}"]


async def looked_at_again(home: Home) -> None:
    asked = len(title_pages(home))
    home.clock.advance(61)

    async def was_looked_at() -> bool:
        return len(title_pages(home)) > asked

    await home.comes(was_looked_at)


async def refused(call: Any) -> MediaNestError:
    with pytest.raises(MediaNestError) as caught:
        await call
    return caught.value


def hint(home: Home, issue: TheirIssue, kind: Notification, comment: TheirComment | None = None) -> Any:
    notice = about_issue(home.overseerr.state, kind, issue, comment)
    assert notice is not None
    return fill(DEFAULT_TEMPLATE, notice)


def reported_there(home: Home, number: int, *, by: User) -> None:
    at = home.overseerr.state.now()
    home.overseerr.state.issues[number] = TheirIssue(
        id=number,
        type=IssueType.VIDEO,
        status=TheirStatus.OPEN,
        media=home.overseerr.state.media_of("movie", FILM),
        season=0,
        episode=0,
        created_by=by,
        modified_by=None,
        created_at=at,
        updated_at=at,
        comments=[TheirComment(id=number, user=by, message=f"Blurred {number}", created_at=at)],
    )


def unreadable(monkeypatch: pytest.MonkeyPatch, *numbers: int, what: str = "createdAt") -> None:
    """Overseerr shows this of comments with these numbers in a form that nobody understands."""
    shown = Views.comment

    def spoilt(views: Views, comment: TheirComment) -> dict[str, Any]:
        return shown(views, comment) | ({what: "soon"} if comment.id in numbers else {})

    monkeypatch.setattr(Views, "comment", spoilt)


def events_of(home: Home, issue: Issue) -> list[str]:
    mine = [e for e in home.events if e.get("issueId") == str(issue.id)]
    return [
        f"{e['actorName']}: {e['message'] or e['status']}" for e in sorted(mine, key=lambda e: e["version"])
    ]


async def test_an_issue_reaches_overseerr_as_its_reporter_with_place_and_kind(home: Home) -> None:
    in_library(home)
    frida = await home.friend()
    may_report(home)
    issue = await report(
        frida, media_type=MediaType.TV, tmdb_id=SHOW, issue_kind=IssueKind.SUBTITLE, season=2, episode=3
    )
    assert (issue.title, issue.year, issue.status) == ("Breaking Bad", 2008, IssueStatus.OPEN)
    assert (issue.reported_by.name, issue.season, issue.episode, issue.comments) == ("Frida", 2, 3, [])
    there = await twin(home, issue)
    assert (there.type, there.season, there.episode) == (IssueType.SUBTITLES, 2, 3)
    assert there.created_by.username == "Frida"
    assert [comment.message for comment in there.comments] == ["No sound"]
    assert (await sees(frida, issue)).waiting_reason is None


async def test_who_may_not_report_in_overseerr_is_heard_there_all_the_same(seerr: Home) -> None:
    """Most people may not: the right to report issues is off by default."""
    in_library(seerr)
    frida, sten = await seerr.friend(), await seerr.friend("Sten", known=False, plex=False)
    there = [await twin(seerr, await report(person, f"{person.name}'s")) for person in (frida, sten)]
    assert [issue.created_by.id for issue in there] == [1, 1]
    assert [issue.comments[0].message for issue in there] == [
        "Frida (MediaNest): Frida's",
        "Sten (MediaNest): Sten's",
    ]


async def test_comments_and_settling_are_passed_on_once_and_in_order(home: Home) -> None:
    in_library(home)
    frida = await home.friend()
    may_report(home)
    issue = await report(frida)
    for person, words in ((home.owner, "Which scene?"), (frida, "The last one"), (frida, "The last one")):
        await person.call(said.CommentOnIssue(id=issue.id, message=words))
    await home.owner.call(said.ResolveIssue(id=issue.id))
    await home.owner.call(said.ResolveIssue(id=issue.id))
    there = await twin(home, issue)
    assert [c.message for c in there.comments] == [
        "No sound",
        "Olive (MediaNest): Which scene?",
        "The last one",
        "The last one",
    ]
    assert there.status == TheirStatus.RESOLVED
    await frida.call(said.ReopenIssue(id=issue.id))
    there = await twin(home, issue)
    assert there.status == TheirStatus.OPEN
    seen = await sees(frida, issue)
    assert seen.comments is not None
    assert [(c.author.name, c.message) for c in seen.comments] == [
        ("Olive", "Which scene?"),
        ("Frida", "The last one"),
        ("Frida", "The last one"),
    ]
    assert (seen.comment_count, seen.status) == (3, IssueStatus.OPEN)


async def test_of_many_at_once_each_takes_effect_once(seerr: Home) -> None:
    in_library(seerr)
    frida = await seerr.friend()
    issue = await report(frida)
    there = await twin(seerr, issue)
    resolve = said.ResolveIssue(id=issue.id)
    comments = [said.CommentOnIssue(id=issue.id, message=str(n)) for n in range(4)]
    await asyncio.gather(
        *(person.call(resolve) for person in (frida, seerr.owner) for _ in range(4)),
        *(frida.call(comment) for comment in comments),
    )

    async def all_there() -> bool:
        return len(there.comments) == 5 and there.status == TheirStatus.RESOLVED

    await eventually(all_there)
    await seerr.settled()

    async def all_told() -> bool:
        return len(events_of(seerr, issue)) == 6

    await eventually(all_told)
    assert sum(told.endswith("resolved") for told in events_of(seerr, issue)) == 1
    assert (await sees(frida, issue)).comment_count == 4
    assert len(seerr.overseerr.state.issues) == 1


async def test_an_outage_loses_nothing_and_doubles_nothing(seerr: Home) -> None:
    in_library(seerr)
    frida = await seerr.friend()
    may_report(seerr)
    seerr.overseerr.fail_with("refuse")
    issue = await report(frida)
    await frida.call(said.CommentOnIssue(id=issue.id, message="Also without headphones"))

    async def says_why() -> bool:
        return bool((await sees(frida, issue)).waiting_reason)

    await eventually(says_why)
    seerr.overseerr.heal()
    there = await twin(seerr, issue)
    assert [c.message for c in there.comments] == ["No sound", "Also without headphones"]
    assert len(seerr.overseerr.state.issues) == 1


async def test_a_lost_answer_files_no_second_issue(seerr: Home) -> None:
    in_library(seerr)
    frida = await seerr.friend()
    may_report(seerr)
    seerr.overseerr.fail_with("drop_mid_body", times=1, path_prefix="/api/v1/issue", method="POST")
    issue = await report(frida)
    await twin(seerr, issue)
    assert len(seerr.overseerr.state.issues) == 1


async def test_our_own_words_come_back_without_an_echo(seerr: Home) -> None:
    in_library(seerr)
    frida = await seerr.friend()
    issue = await report(frida)
    await frida.call(said.CommentOnIssue(id=issue.id, message="Any news?"))
    there = await twin(seerr, issue)
    for kind in (Notification.ISSUE_CREATED, Notification.ISSUE_COMMENT, Notification.ISSUE_RESOLVED):
        await seerr.webhook(hint(seerr, there, kind, there.comments[-1]))
    await seerr.webhooks_done()
    assert [i.id for i in (await seerr.owner.call(said.ListIssues())).items] == [issue.id]
    seen = await sees(frida, issue)
    assert (seen.comment_count, seen.status, seen.message) == (1, IssueStatus.OPEN, "No sound")

    async def both_told() -> bool:
        return len(events_of(seerr, issue)) >= 2

    await eventually(both_told)
    assert events_of(seerr, issue) == ["Frida: No sound", "Frida: Any news?"]


async def test_what_is_done_in_overseerr_is_heard_by_webhook_and_re_read(home: Home) -> None:
    in_library(home)
    frida = await home.friend()
    may_report(home)
    issue = await report(frida)
    there = await twin(home, issue)
    fridas = there.created_by
    for user, words in ((home.overseerr.owner, "Looking into it"), (fridas, "Thanks")):
        there.comments.append(
            TheirComment(
                id=home.overseerr.state.next_id("comment"),
                user=user,
                message=words,
                created_at=home.overseerr.state.now(),
            )
        )
    there.status = TheirStatus.RESOLVED
    lie = hint(home, there, Notification.ISSUE_COMMENT, there.comments[-1])
    lie["comment"]["comment_message"] = "{{requestedBy_email}} $&"
    await home.webhook(lie)

    async def resolved() -> Issue | None:
        seen = await sees(frida, issue)
        return seen if seen.status is IssueStatus.RESOLVED else None

    seen: Issue = await eventually(resolved)
    assert seen.comments is not None
    assert [(c.author.id, c.author.name, c.message) for c in seen.comments] == [
        (None, "owner", "Looking into it"),
        (frida.id, "Frida", "Thanks"),
    ]


async def test_an_issue_reported_in_overseerr_is_there_without_any_webhook(seerr: Home) -> None:
    in_library(seerr)
    frida = await seerr.friend()
    theirs = next(u for u in seerr.overseerr.state.users.values() if u.plex_id == frida.plex_id)
    for number, user in enumerate((theirs, seerr.overseerr.owner), start=1):
        reported_there(seerr, number, by=user)
    seerr.clock.advance(61)

    async def both() -> list[Issue]:
        found = (await seerr.owner.call(said.ListIssues(sort=said.IssueSort.NEWEST))).items
        return found if len(found) == 2 else []

    found = await seerr.comes(both)
    assert sorted((i.reported_by.name, i.message) for i in found) == [
        ("Frida", "Blurred 1"),
        ("owner", "Blurred 2"),
    ]
    assert [i.message for i in (await frida.call(said.ListIssues())).items] == ["Blurred 1"]


async def test_an_issue_that_overseerr_names_in_a_way_nobody_understands_is_not_called_deleted(
    seerr: Home,
) -> None:
    in_library(seerr)
    may_report(seerr)
    frida = await seerr.friend()
    issue = await report(frida)
    theirs = await twin(seerr, issue)
    number, theirs.id = theirs.id, -1
    reported_there(seerr, number + 1, by=seerr.overseerr.owner)
    for _ in range(2):
        await looked_at_again(seerr)
    theirs.id = number
    seerr.clock.advance(61)

    async def both() -> bool:
        return len((await seerr.owner.call(said.ListIssues())).items) == 2

    await seerr.comes(both)
    assert (await sees(frida, issue)).waiting_reason is None


async def test_who_is_known_from_an_import_only_is_nobody_of_ours_to_tell(seerr: Home) -> None:
    """The row that holds their requests is emptied when they sign in, and must not be all that says who it was."""
    in_library(seerr)
    ursula = seerr.overseerr.add_user(plex_id=777, email=None, username="Ursula")
    await seerr.change(
        "insert into people (id, name, role, plex_id, version, imported)"
        " values (gen_random_uuid(), 'Ursula', 'user', 777, 0, true)"
    )
    reported_there(seerr, 1, by=ursula)
    seerr.clock.advance(61)

    async def one() -> list[Issue]:
        return (await seerr.owner.call(said.ListIssues())).items

    [issue] = await seerr.comes(one)
    assert (issue.reported_by.id, issue.reported_by.name) == (None, "Ursula")


async def test_a_title_that_overseerr_does_not_have_keeps_its_issue_here(seerr: Home) -> None:
    frida = await seerr.friend()
    issue = await report(frida)

    async def says_why() -> str | None:
        return (await sees(frida, issue)).waiting_reason

    assert await eventually(says_why) == "It stays here, since Overseerr does not know this title."
    assert filed(seerr) == []


async def test_without_a_backend_issues_are_kept_and_talked_about(bare: Home) -> None:
    frida = await bare.friend()
    issue = await report(frida)
    await bare.owner.call(said.CommentOnIssue(id=issue.id, message="Seen"))
    seen = await sees(frida, issue)
    assert (seen.title, seen.comment_count) == ("Film 603", 1)


async def test_others_issues_are_not_there_and_only_who_may_does(seerr: Home) -> None:
    """Trap 11: Overseerr cannot tell whose an issue is; here it is decided for every call."""
    in_library(seerr)
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    issue = await report(frida)
    for message in (
        said.GetIssue(id=issue.id),
        said.ListIssueComments(id=issue.id),
        said.CommentOnIssue(id=issue.id, message="hello"),
        said.ResolveIssue(id=issue.id),
        said.ReopenIssue(id=issue.id),
        said.DeleteIssue(id=issue.id),
    ):
        assert (await refused(gustav.call(message))).status == 404
    assert (await gustav.call(said.ListIssues())).items == []
    assert [i.id for i in (await seerr.owner.call(said.ListIssues())).items] == [issue.id]
    assert (await seerr.owner.call(said.ListIssues(mine=True))).items == []
    assert all("createdBy" not in c.query and "requestedBy" not in c.query for c in seerr.overseerr.calls)


async def test_an_issue_is_taken_back_while_nobody_has_answered(seerr: Home) -> None:
    in_library(seerr)
    frida = await seerr.friend()
    first, second = await report(frida, "First"), await report(frida, "Second")
    await twin(seerr, first)
    await frida.call(said.CommentOnIssue(id=first.id, message="my own words"))
    await seerr.owner.call(said.CommentOnIssue(id=second.id, message="Seen"))
    await frida.call(said.DeleteIssue(id=first.id))
    assert (await refused(frida.call(said.DeleteIssue(id=second.id)))).status == 403
    assert (await refused(sees(frida, first))).status == 404
    await seerr.owner.call(said.DeleteIssue(id=second.id))
    assert (await frida.call(said.ListIssues())).items == []

    async def gone_there() -> bool:
        return not seerr.overseerr.state.issues

    await seerr.comes(gone_there)
    for number in range(8):
        await report(frida, str(number))
    assert (await refused(report(frida))).status == 429, "taking back makes no room for more"
    seerr.clock.advance(3700)

    async def gone() -> bool:
        return await seerr.rows("select 1 from issues where removed") == []

    await eventually(gone)


async def test_pages_and_filters_give_each_issue_once(seerr: Home) -> None:
    frida = await seerr.friend()
    in_library(seerr)
    seerr.overseerr.fail_with("refuse")
    issues = [await report(frida, f"{n}", issue_kind=kind) for n, kind in enumerate([*IssueKind] * 2)]
    await frida.call(said.ResolveIssue(id=issues[0].id))

    async def listed(**query: Any) -> list[str]:
        found: list[str] = []
        cursor = None
        while True:
            page = await frida.call(said.ListIssues(limit=3, cursor=cursor, **query))
            found += [issue.message for issue in page.items]
            cursor = page.next_cursor
            if cursor is None:
                return found

    everything = [str(n) for n in reversed(range(8))]
    assert await listed() == await listed(media_type=MediaType.MOVIE, tmdb_id=FILM) == everything
    assert await listed(sort=said.IssueSort.UPDATED) == ["0", *everything[:-1]]
    assert await listed(status=IssueStatus.RESOLVED) == ["0"]
    assert await listed(status=IssueStatus.OPEN, type=IssueKind.VIDEO) == ["4"]
    assert await listed(media_type=MediaType.TV) == []
    for n in range(7):
        await frida.call(said.CommentOnIssue(id=issues[1].id, message=str(n)))
    page = await frida.call(said.ListIssueComments(id=issues[1].id, limit=4))
    rest = await frida.call(said.ListIssueComments(id=issues[1].id, limit=4, cursor=page.next_cursor))
    assert [c.message for c in page.items + rest.items] == [str(n) for n in reversed(range(7))]
    assert rest.next_cursor is None
    nonsense = said.ListIssues(cursor="nonsense")
    assert (await refused(frida.call(nonsense))).status == 400


async def test_a_place_or_title_that_there_is_not_is_refused(seerr: Home) -> None:
    frida, show = await seerr.friend(), {"media_type": MediaType.TV, "tmdb_id": SHOW}
    for place in (
        {"season": 1},
        show | {"season": 9},
        show | {"season": 1, "episode": 8},
        show | {"episode": 1},
    ):
        assert (await refused(report(frida, **place))).status == 422
    assert (await refused(report(frida, tmdb_id=999_999))).status == 404


async def test_nobody_reports_more_than_the_limit_however_many_at_once(seerr: Home) -> None:
    frida = await seerr.friend()
    seerr.overseerr.fail_with("refuse")
    answers = await asyncio.gather(*(report(frida, str(n)) for n in range(14)), return_exceptions=True)
    problems = [a for a in answers if isinstance(a, MediaNestError)]
    assert (len(answers) - len(problems), {p.status for p in problems}) == (10, {429})
    assert len((await frida.call(said.ListIssues(limit=100))).items) == 10
    await report(seerr.owner, "the owner may")
    seerr.clock.advance(3601)
    await report(frida, "an hour later")


async def test_hostile_text_stays_text_on_both_sides(seerr: Home) -> None:
    in_library(seerr)
    frida = await seerr.friend()
    may_report(seerr)
    for text in HOSTILE:
        issue = await report(frida, text)
        await frida.call(said.CommentOnIssue(id=issue.id, message=text))
        there = await twin(seerr, issue)
        seen = await sees(frida, issue)
        assert seen.comments is not None
        assert (seen.message, seen.comments[0].message) == (text, text)
        assert [c.message for c in there.comments] == [text, text]


async def test_who_leaves_takes_their_words_along(seerr: Home) -> None:
    in_library(seerr)
    frida = await seerr.friend()
    issue, other = await report(frida, "Frida's words"), await report(seerr.owner, "Olive's")
    await frida.call(said.CommentOnIssue(id=issue.id, message="more of Frida's"))
    held = await frida.call(media.ExportUserData())
    assert [row["message"] for row in held.tables["issues"]] == ["Frida's words"]
    assert [row["message"] for row in held.tables["issue_comments"]] == ["more of Frida's"]
    await twin(seerr, issue)
    removed = await erased(seerr, frida)
    assert (removed["issues"], removed["issue_comments"]) == (1, 1)
    seen = await sees(seerr.owner, issue)
    assert (seen.reported_by.name, seen.message, seen.comment_count) == ("Somebody who has left", "", 1)
    for table in ("issues", "issue_comments"):
        assert "frida" not in str(await seerr.rows(f"select t::text from {table} t")).lower()
    assert (await sees(seerr.owner, other)).message == "Olive's"
    seerr.clock.advance(700)
    await seerr.poll()
    assert (await sees(seerr.owner, issue)).comment_count == 1, "its own words come back from Overseerr"


async def test_an_issue_is_taken_over_when_its_words_can_be_read(
    seerr: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_library(seerr)
    reported_there(seerr, 7, by=next(iter(seerr.overseerr.state.users.values())))
    unreadable(monkeypatch, 7)
    for _ in range(2):
        await looked_at_again(seerr)
    assert await seerr.rows("select 1 from issues") == []
    monkeypatch.undo()
    seerr.clock.advance(61)

    async def is_here() -> list[Any]:
        return [row[0] for row in await seerr.rows("select message from issues")]

    assert await seerr.comes(is_here) == ["Blurred 7"]


async def test_a_comment_that_cannot_be_read_back_is_sent_once(
    seerr: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_library(seerr)
    issue = await report(seerr.owner, "Too dark")
    there = await twin(seerr, issue)
    unreadable(monkeypatch, *range(there.comments[0].id + 1, there.comments[0].id + 4))
    await seerr.owner.call(said.CommentOnIssue(id=issue.id, message="still"))

    async def is_in_line() -> bool:
        return bool(await seerr.rows("select 1 from issues where in_line and comment_count = 1"))

    await seerr.comes(is_in_line)
    assert len(there.comments) == 2
    [row] = await seerr.rows("select backend_id from issue_comments")
    assert row[0] == there.comments[1].id


@pytest.mark.parametrize("odd", ["the report is gone over there", "one has no number"])
async def test_words_of_who_leaves_are_found_wherever_they_stand(
    seerr: Home, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    in_library(seerr)
    frida = await seerr.friend()
    frida.role = Role.ADMIN
    may_report(seerr)
    issue = await report(seerr.owner, "Olive's words")
    await frida.call(said.CommentOnIssue(id=issue.id, message="Frida's answer"))
    there = await twin(seerr, issue)

    async def both() -> bool:
        return len(there.comments) == 2 and bool(
            await seerr.rows("select 1 from issue_comments where backend_id is not null")
        )

    await seerr.comes(both)
    if odd == "one has no number":
        unreadable(monkeypatch, there.comments[0].id, what="id")
    else:
        del there.comments[0]
    await erased(seerr, frida)

    async def gone() -> bool:
        return "Frida" not in str([comment.message for comment in there.comments])

    await seerr.comes(gone)


async def test_where_the_report_cannot_be_read_nobody_elses_answer_is_taken_for_it(
    seerr: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_library(seerr)
    frida = await seerr.friend()
    may_report(seerr)
    issue = await report(frida, "Frida's words")
    await seerr.owner.call(said.CommentOnIssue(id=issue.id, message="Olive's answer"))
    await frida.call(said.CommentOnIssue(id=issue.id, message="more of Frida's"))
    there = await twin(seerr, issue)
    unreadable(monkeypatch, there.comments[0].id)
    await erased(seerr, frida)

    async def reworded() -> bool:
        return ERASED in [comment.message for comment in there.comments]

    await seerr.comes(reworded)
    words = "\n".join(comment.message for comment in there.comments)
    assert "Frida's words" in words and "Olive's answer" in words


@pytest.mark.parametrize("allowed", [True, False], ids=["in their own name", "in the administrator's"])
async def test_what_somebody_who_leaves_wrote_goes_out_of_overseerr_too(home: Home, allowed: bool) -> None:
    in_library(home)
    frida = await home.friend()
    if allowed:
        may_report(home)
    issue = await report(frida, "Frida's words")
    await home.owner.call(said.CommentOnIssue(id=issue.id, message="Olive's answer"))
    await frida.call(said.CommentOnIssue(id=issue.id, message="more of Frida's"))
    there = await twin(home, issue)
    assert sum("Frida's" in comment.message for comment in there.comments) == 2
    await erased(home, frida)

    async def gone() -> bool:
        return "Frida" not in str([comment.message for comment in there.comments])

    await home.comes(gone)
    assert [ERASED in comment.message for comment in there.comments] == [True, False, True]
    assert "Olive's answer" in there.comments[1].message


async def test_a_comment_that_may_not_be_changed_any_more_is_deleted(seerr: Home) -> None:
    in_library(seerr)
    frida = await seerr.friend()
    may_report(seerr)
    issue = await report(seerr.owner, "Olive's words")
    there = await twin(seerr, issue)
    author = next(u for u in seerr.overseerr.state.users.values() if u.plex_id == frida.plex_id)
    told = TheirComment(
        id=seerr.overseerr.state.next_id("comment"),
        user=author,
        message="Frida's words",
        created_at=seerr.clock.now(),
    )
    there.comments.append(told)
    row = {"i": uuid7(), "issue": issue.id, "person": frida.id, "number": told.id, "at": seerr.clock.now()}
    await seerr.change(
        "insert into issue_comments (id, issue_id, user_id, message, backend_id, created_at)"
        " values (:i, :issue, :person, 'Frida''s words', :number, :at)",
        **row,
    )
    author.permissions &= ~Permission.CREATE_ISSUES
    await erased(seerr, frida)

    async def gone() -> bool:
        return told not in there.comments

    await eventually(gone)
    assert len(there.comments) == 1


async def test_an_overseerr_that_is_away_as_somebody_leaves_forgets_their_words_when_it_is_back(
    seerr: Home,
) -> None:
    in_library(seerr)
    frida = await seerr.friend()
    may_report(seerr)
    issue = await report(frida, "Frida's words")
    there = await twin(seerr, issue)
    seerr.overseerr.fail_with("refuse", times=2)
    await erased(seerr, frida)

    async def gone() -> bool:
        return there.comments[0].message == ERASED

    await eventually(gone)
