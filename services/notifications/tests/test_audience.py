"""Who hears of what: the whole table, and that every event of the suite has been thought about."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

from medianest_common import contracts
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Event
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.personal import NOBODY
from medianest_notifications.audience import AUDIENCES, Audience, Circle, recipients
from medianest_notifications.handlers import handlers
from medianest_notifications.planning.catalogue import MEANINGS
from medianest_notifications.planning.meaning import Hearers
from medianest_notifications.told import TOLD, UNTOLD

REQUESTER, FOLLOWER, ADMIN, OTHER, ACCOUNT, CHOSEN, ACTOR, GONE = (uuid7() for _ in range(8))
ONLY_TOLD_BY_THE_SERVICE_ITSELF = {NotificationType.BROADCAST, NotificationType.CHANNEL_DISABLED}


def _events(base: type[Event] = Event) -> Iterator[type[Event]]:
    """Those that are told themselves, and not what several have in common."""
    for kind in base.__subclasses__():
        if not kind.__module__.startswith(contracts.__name__):
            continue
        if kind.__subclasses__():
            yield from _events(kind)
        else:
            yield kind


def _all_events() -> list[type[Event]]:
    for module in pkgutil.walk_packages(contracts.__path__, f"{contracts.__name__}."):
        importlib.import_module(module.name)
    return sorted(set(_events()), key=lambda kind: kind.type)


@pytest.mark.parametrize("event", _all_events(), ids=lambda kind: kind.type)
def test_of_every_event_it_is_decided_whether_anybody_is_told(event: type[Event]) -> None:
    assert (event in TOLD) != (event in UNTOLD), "say in told.py what is told of it, or why nobody is"
    if event in TOLD:
        assert event in {spec.event for spec in handlers.events}, "nobody here listens to it"


def test_the_decisions_name_no_events_that_are_not_there() -> None:
    assert TOLD.keys() | UNTOLD.keys() == set(_all_events())
    assert all(reason.endswith(".") for reason in UNTOLD.values())


def test_every_type_of_notification_has_an_audience_and_comes_of_some_event() -> None:
    told = {kind for kinds in TOLD.values() for kind in kinds}
    assert set(AUDIENCES) == set(NotificationType)
    assert told | ONLY_TOLD_BY_THE_SERVICE_ITSELF == set(NotificationType)


def test_what_only_administrators_hear_is_only_theirs_to_choose() -> None:
    for kind, audience in AUDIENCES.items():
        only_admins = audience == {Audience.ADMINS}
        assert (MEANINGS[kind].hearers is Hearers.ADMINS) == only_admins, kind


@pytest.mark.parametrize("type", list(NotificationType))
def test_the_right_people_hear_of_it_and_never_whoever_did_it(type: NotificationType) -> None:
    circle = Circle(
        requester=REQUESTER,
        account=ACCOUNT,
        followers=[FOLLOWER, ACTOR, GONE],
        admins=[ADMIN, ACTOR],
        everyone=[OTHER, ACTOR, NOBODY],
        chosen=[CHOSEN],
        actor=ACTOR,
        gone=[GONE],
    )
    people = {
        Audience.REQUESTER: REQUESTER,
        Audience.FOLLOWERS: FOLLOWER,
        Audience.ADMINS: ADMIN,
        Audience.EVERYONE: OTHER,
        Audience.ACCOUNT: ACCOUNT,
        Audience.CHOSEN: CHOSEN,
    }
    told = recipients(type, circle)
    assert told == sorted(people[group] for group in AUDIENCES[type])

    own_act = Circle(
        requester=ACTOR, account=ACTOR, followers=[ACTOR], admins=[ACTOR], everyone=[ACTOR], actor=ACTOR
    )
    # Of what is done to an account its owner hears in any case: it may have been somebody else.
    assert recipients(type, own_act) == ([ACTOR] if Audience.ACCOUNT in AUDIENCES[type] else [])
