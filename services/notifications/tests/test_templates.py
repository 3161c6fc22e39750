"""Administrators word notifications anew: checked when saved, used at once, and never at the cost of a message."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
import pytest_asyncio

from medianest.embedded import ServerUrls
from medianest.testing import Sandbox, eventually, sandbox_on
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import UserCreated
from medianest_common.contracts.auth.passwords import PasswordChanged
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.templates import (
    GetTemplate,
    Language,
    ListTemplates,
    PreviewTemplate,
    ResetTemplate,
    SetTemplate,
    Template,
    TemplateChannel,
    TemplatePreview,
    Templates,
)
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_channels import FakeNtfy
from medianest_notifications.service import SERVICE
from services.notifications.tests.channels_of import allowing, with_ntfy
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.test_inbox import _known, _sql
from services.notifications.tests.test_leaving import leave

AVAILABLE = NotificationType.REQUEST_AVAILABLE
HERE: dict[str, Any] = {"type": AVAILABLE, "locale": Language.ENGLISH, "channel": TemplateChannel.ANY}


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ntfy() -> AsyncIterator[FakeNtfy]:
    async with FakeNtfy.start() as fake:
        yield fake


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(
    server_urls: ServerUrls, tmp_path_factory: pytest.TempPathFactory, ntfy: FakeNtfy
) -> AsyncIterator[Sandbox]:
    """One service for all of them: to start it takes longer than what most of them do with it."""
    async with sandbox_on(server_urls, tmp_path_factory.mktemp("household")) as sandbox:
        await sandbox.start(SERVICE, **allowing(ntfy))
        yield sandbox


@pytest_asyncio.fixture(loop_scope="module")
async def household(shared: Sandbox) -> Sandbox:
    """Without the words that others have left; whoever is in it has an inbox of their own."""
    await _sql(shared, "delete from notifications.template_overrides")
    return shared


@pytest_asyncio.fixture(loop_scope="module")
async def boss(household: Sandbox) -> Person:
    person = Person(household, "Grace", Role.ADMIN)
    await person.introduce()
    await eventually(lambda: _known(household, person.id))
    return person


async def told(household: Sandbox, person: Person, **values: Any) -> Any:
    before = (await person.count()).head
    await household.emit(request_event(person, RequestStatus.AVAILABLE, version=1, **values))

    async def more() -> bool:
        return (await person.count()).head > before

    await eventually(more)
    return (await person.inbox())[0]


async def refusal(asked: Awaitable[Any]) -> MediaNestError:
    with pytest.raises(MediaNestError) as refused:
        await asked
    return refused.value


async def speaks(household: Sandbox, person: Person, locale: str, zone: str = "UTC") -> None:
    await _sql(
        household,
        "insert into notifications.recipients (user_id, name, role, version, locale, zone)"
        " values ($1, $2, 'user', 1, $3, $4)",
        person.id,
        person.name,
        locale,
        zone,
    )


async def test_what_is_built_in_is_listed_with_what_each_type_can_name(boss: Person) -> None:
    listed: Templates = await boss.ask(ListTemplates())
    keys = [(t.type, t.locale, t.channel) for t in listed.items]
    assert len(keys) == len(set(keys))
    assert {(t.type, t.locale) for t in listed.items} == {
        (t, lang) for t in NotificationType for lang in Language
    }
    assert all(t.built_in and not t.own for t in listed.items)
    [german] = (await boss.ask(ListTemplates(type=AVAILABLE, locale=Language.GERMAN))).items
    assert german.built_in.title == "Jetzt ansehen: {{ what }}"
    assert german.variables["what"] == "Dark (2017), Staffeln 1 und 2"
    assert "plural" in listed.filters


async def test_own_words_are_used_at_once_and_built_in_ones_again_after_a_reset(
    household: Sandbox, boss: Person
) -> None:
    ada = Person(household, "Ada")
    saved: Template = await boss.ask(
        SetTemplate(**HERE, title="Film ab: {{ what }}", body="{{ whose }} ist da.")
    )
    assert saved.own and (saved.own.version, saved.own.failure) == (1, None)
    entry = await told(household, ada, title="{{ who }} <b>@everyone</b>")
    assert entry.title == "Film ab: {{ who }} <b>@everyone</b> (2021)"
    assert entry.body == "Your request ist da."
    again: Template = await boss.ask(SetTemplate(**HERE, title="Da: {{ what }}", body="Da.", version=1))
    assert again.own and again.own.version == 2
    assert again == await boss.ask(GetTemplate(**HERE))
    await boss.ask(ResetTemplate(**HERE))
    assert (await told(household, ada)).title == "Ready to watch: Dune (2021)"
    assert (await refusal(boss.ask(ResetTemplate(**HERE)))).status == 404


async def test_everybody_reads_their_own_language(household: Sandbox, boss: Person) -> None:
    bert, carla = Person(household, "Bert"), Person(household, "Carla")
    await speaks(household, bert, "de-AT")
    await speaks(household, carla, "fr")
    event = request_event(carla, RequestStatus.AVAILABLE, version=1, follower_ids=[bert.id])
    await household.emit(event)
    for person, title in ((bert, "Jetzt ansehen: Dune (2021)"), (carla, "Ready to watch: Dune (2021)")):
        [entry] = await eventually(person.inbox)
        assert entry.title == title
    assert (await bert.inbox())[0].body == "Die Anfrage, der du folgst, ist in der Bibliothek."


async def test_what_does_not_work_is_refused_with_the_line_and_what_to_do(boss: Person) -> None:
    cases = [
        (
            "{{ nobody }}",
            "x",
            "title",
            "Line 1: This type of notification has no such value. It has: is_4k, ",
        ),
        ("x", "a\n\n{{ what.__class__ }}", "body", "Line 3: A value has a name and nothing inside"),
        ("x", "{% for s in seasons %}{{ s }}{% endfor %}", "body", "Line 1: Loops are not possible"),
        ("x", "{{ 'a' * 10**9 }}", "body", "Line 1: Calculating is not possible"),
        ("{{ what", "x", "title", "Line 1: It cannot be read here"),
        ("x", "{{ seasons > 3 }}", "body", "It does not work with the values of every"),
        ("{{ reason }}", "x", "title", "The title comes out empty for some"),
        ("{% if 0 %}x{% endif %}", "x", "title", "The title comes out empty"),
    ]
    for title, body, field, says in cases:
        error = await refusal(boss.ask(SetTemplate(**HERE, title=title, body=body)))
        assert (error.status, error.code) == (422, "INVALID"), (title, body)
        assert error.errors and (error.errors[0].field, error.errors[0].message[: len(says)]) == (field, says)
    assert (await boss.ask(GetTemplate(**HERE))).own is None


async def test_two_who_change_the_same_words_do_not_overwrite_each_other(boss: Person) -> None:
    await boss.ask(SetTemplate(**HERE, title="1", body="1"))
    changes = [boss.ask(SetTemplate(**HERE, title=str(n), body="x", version=1)) for n in range(8)]
    outcomes = await asyncio.gather(*changes, return_exceptions=True)
    assert sum(isinstance(each, Template) for each in outcomes) == 1
    assert {each.code for each in outcomes if isinstance(each, MediaNestError)} == {"TEMPLATE_OUTDATED"}
    other = HERE | {"channel": TemplateChannel.EMAIL}
    assert (await refusal(boss.ask(SetTemplate(**other, title="x", body="x", version=1)))).status == 409
    made = [boss.ask(SetTemplate(**other, title="x", body="x")) for _ in range(8)]
    versions = [each.own.version for each in await asyncio.gather(*made)]
    assert sorted(versions) == list(range(1, 9))


async def test_words_that_fail_later_give_way_to_built_in_ones_and_are_named(
    household: Sandbox, boss: Person
) -> None:
    """As after an upgrade that knows a value no more, or a row that was written by hand."""
    ada = Person(household, "Ada")
    for title in ("{{ gone }}", "{{ ''.__class__ }}", "{% for x in seasons %}", "{{ what"):
        await boss.ask(SetTemplate(**HERE, title="fine", body="fine"))
        await _sql(household, "update notifications.template_overrides set title = $1", title)
        assert (await told(household, ada)).title == "Ready to watch: Dune (2021)"
        shown: Template = await boss.ask(GetTemplate(**HERE))
        assert shown.own and shown.own.failed_at and shown.own.failure
        await boss.ask(ResetTemplate(**HERE))
    await boss.ask(SetTemplate(**HERE, title="{{ what }}!", body="x"))
    assert (await told(household, ada)).title == "Dune (2021)!"


async def test_a_preview_shows_every_example_and_ones_own_notifications(
    household: Sandbox, boss: Person
) -> None:
    def preview(**more: Any) -> Awaitable[Any]:
        asked = HERE | {"channel": TemplateChannel.INBOX} | more
        return boss.ask(PreviewTemplate(**asked))

    shown: TemplatePreview = await preview(title="{{ what }} {{ whose }}")
    assert [each.title for each in shown.items] == [
        "Dark (2017), seasons 1 and 2 Your request",
        "Dark (2017), seasons 1 and 2 The request you follow",
    ]
    assert shown.items[0].body == "Your request is in the library."
    mine, ada = await told(household, boss), Person(household, "Ada")
    theirs = await told(household, ada)
    real: TemplatePreview = await preview(notification_id=mine.id, title="{{ title }} ist da")
    assert [each.title for each in real.items] == ["Dune ist da"]
    for stranger in (theirs.id, uuid7()):
        assert (await refusal(preview(notification_id=stranger))).status == 404
    assert (await refusal(preview(title="{{ cycler }}"))).status == 422


async def test_only_administrators_see_or_change_words(household: Sandbox, boss: Person) -> None:
    ada = Person(household, "Ada")
    for asked in (
        ListTemplates(),
        GetTemplate(**HERE),
        SetTemplate(**HERE, title="x", body="x"),
        ResetTemplate(**HERE),
        PreviewTemplate(**HERE),
    ):
        assert (await refusal(ada.ask(asked))).status == 403


async def test_a_name_goes_from_entries_in_every_language_when_its_person_leaves(
    household: Sandbox, boss: Person
) -> None:
    ada, hans = Person(household, "Ada"), Person(household, "Hans", Role.ADMIN)
    await ada.introduce()
    await household.emit(UserCreated(user_id=hans.id, name="Hans", email=None, role=Role.ADMIN, version=1))
    await eventually(lambda: _known(household, hans.id))
    await _sql(household, "update notifications.recipients set locale = 'de' where user_id = $1", hans.id)
    await household.emit(request_event(ada, RequestStatus.FAILED, version=1, reason="Radarr."))
    await boss.ask(SetTemplate(**HERE, title="x", body="x"))
    for person, name in ((boss, "Ada’s request"), (hans, "Die Anfrage von Ada konnte")):
        [entry] = await eventually(person.inbox)
        assert entry.body.startswith(name)
    await leave(household, ada)
    assert (await boss.inbox())[0].body.startswith("Somebody who has left’s request could not")
    [entry] = await hans.inbox()
    assert entry.body == (
        "Die Anfrage von jemandem, der nicht mehr dabei ist, konnte nicht erfüllt werden. Grund: Radarr."
    )
    rows = await _sql(
        household, "select count(*) as n from notifications.entries where \"values\"::text like '%Ada%'"
    )
    assert rows[0]["n"] == 0
    await leave(household, boss)
    rows = await _sql(household, "select updated_by from notifications.template_overrides")
    assert [row["updated_by"] for row in rows] == [None]


async def test_a_broken_value_from_outside_loses_no_message(household: Sandbox) -> None:
    """NUL and broken characters cannot be kept in PostgreSQL; a title with them used to end as a dead letter."""
    ada = Person(household, "Ada")
    assert (await told(household, ada, title="Du\x00ne")).title == "Ready to watch: Dune (2021)"


async def test_a_channel_has_the_words_made_for_it_in_its_readers_language(
    household: Sandbox, boss: Person, ntfy: FakeNtfy
) -> None:
    bert = Person(household, "Bert")
    german = UserCreated(user_id=bert.id, name="Bert", email=None, role=Role.USER, locale="de-CH", version=1)
    await household.emit(german)
    await eventually(lambda: _known(household, bert.id))
    await with_ntfy(bert, ntfy)
    ntfy.received.clear()
    there = {"locale": Language.GERMAN, "channel": TemplateChannel.NTFY}
    await boss.ask(SetTemplate(**HERE | there, title="Film\nab: {{ what }}", body="Los."))
    same_every_time = {"type": NotificationType.PASSWORD_CHANGED}
    await boss.ask(SetTemplate(**HERE | there | same_every_time, title="Passwort neu", body="Los."))
    await told(household, bert, title="Heat", year=1995)
    [there_first] = await eventually(lambda: _arrived(ntfy, 1))
    await household.emit(PasswordChanged(user_id=bert.id))
    [_, there_second] = await eventually(lambda: _arrived(ntfy, 2))
    assert (there_first["title"], there_second["title"]) == ("Film ab: Heat (1995)", "Passwort neu")
    titles = [entry.title for entry in await bert.inbox()]
    assert titles == ["Dein Passwort wurde geändert", "Jetzt ansehen: Heat (1995)"]


async def _arrived(ntfy: FakeNtfy, number: int) -> Any:
    return list(ntfy.received) if len(ntfy.received) == number else None
