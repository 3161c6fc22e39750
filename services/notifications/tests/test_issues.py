"""Issues are told to whoever reported them and to administrators, and not to whoever did something himself."""

from functools import partial
from typing import Any

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.issues import (
    IssueChange,
    IssueCommented,
    IssueCreated,
    IssueDeleted,
    IssueKind,
    IssueReopened,
    IssueResolved,
    IssueStatus,
)
from medianest_notifications.service import SERVICE
from medianest_notifications.wording_issues import about_issue
from services.notifications.tests.household import Person
from services.notifications.tests.test_inbox import _known
from services.notifications.tests.test_leaving import leave

ISSUE = uuid7()


def happened(kind: type[IssueChange], reporter: Person, actor: Person | None, **more: Any) -> IssueChange:
    values: dict[str, Any] = {
        "issue_id": ISSUE,
        "user_id": reporter.id,
        "user_name": reporter.name,
        "actor_id": actor.id if actor else None,
        "actor_name": actor.name if actor else "Somebody in Overseerr",
        "media_type": MediaType.TV,
        "tmdb_id": 1396,
        "title": "Dark",
        "year": 2017,
        "issue_kind": IssueKind.SUBTITLE,
        "season": 1,
        "episode": 2,
        "status": IssueStatus.OPEN,
        "message": None,
        "version": 1,
    }
    return kind(**(values | more))


async def titles(person: Person) -> list[str]:
    return [entry.title for entry in reversed(await person.inbox())]


async def _have(person: Person, wanted: list[str]) -> bool:
    return await titles(person) == wanted


async def test_the_right_people_hear_and_nobody_of_what_he_did_himself(sandbox: Sandbox) -> None:
    await sandbox.start(SERVICE)
    ada, boss, bert = Person(sandbox, "Ada"), Person(sandbox, "Grace", Role.ADMIN), Person(sandbox, "Bert")
    for person in (ada, boss, bert):
        await person.introduce()
        await eventually(partial(_known, sandbox, person.id))
    place = "Dark (2017), season 1, episode 2"
    steps: list[tuple[IssueChange, list[str], list[str]]] = [
        (happened(IssueCreated, ada, ada, message="$& {{x}} <b>"), [], [f"Something is wrong with {place}"]),
        (happened(IssueCommented, ada, boss, message="Which?"), [f"New comment about {place}"], []),
        (
            happened(IssueCommented, ada, None, message="Seen"),
            [f"New comment about {place}"],
            [f"New comment about {place}"],
        ),
        (happened(IssueResolved, ada, boss, status=IssueStatus.RESOLVED), [f"Resolved: {place}"], []),
        (happened(IssueReopened, ada, ada), [], [f"Not right after all: {place}"]),
    ]
    adas: list[str] = []
    bosses: list[str] = []
    for event, for_ada, for_boss in steps:
        await sandbox.emit(event)
        adas += for_ada
        bosses += for_boss

        await eventually(partial(_have, ada, adas))
        await eventually(partial(_have, boss, bosses))
    assert await bert.inbox() == []
    bodies = [entry.body for entry in reversed(await boss.inbox())]
    assert bodies[0] == "Ada reports a problem with the subtitles. $& {{x}} <b>"
    assert bodies[-1] == "Ada has opened the issue with the subtitles again."

    await leave(sandbox, ada)
    for entry in await boss.inbox():
        assert "Ada" not in entry.model_dump_json() and "{{x}}" not in entry.model_dump_json()
    late = happened(IssueCommented, ada, ada, message="Ada again")
    await sandbox.emit(late)

    async def without_a_name() -> bool:
        return (await boss.inbox())[0].body == "Somebody who has left wrote something."

    await eventually(without_a_name)
    assert await ada.inbox() == []


def test_what_is_deleted_is_told_to_open_pages_alone(sandbox: Sandbox) -> None:
    ada = Person(sandbox, "Ada")
    assert about_issue(happened(IssueDeleted, ada, ada)) is None


@pytest.mark.parametrize(
    "season, episode, place", [(None, None, "Dark (2017)"), (0, 1, "Dark (2017), specials, episode 1")]
)
def test_the_wording_names_the_place(sandbox: Sandbox, season: Any, episode: Any, place: str) -> None:
    ada = Person(sandbox, "Ada")
    notice = about_issue(happened(IssueResolved, ada, ada, season=season, episode=episode))
    assert notice is not None and notice.title == f"Resolved: {place}"


def test_long_words_are_cut(sandbox: Sandbox) -> None:
    ada = Person(sandbox, "Ada")
    notice = about_issue(happened(IssueCreated, ada, ada, message="🎬" * 5_000, title="x" * 5_000))
    assert notice is not None
    assert (len(notice.title), len(notice.body)) == (200, 700)
