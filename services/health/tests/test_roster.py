"""Who is there, who has gone, and who has vanished: judged by what one replica of ours hears."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from medianest_common.clock import ManualClock
from medianest_common.contracts.health.inside import RecoveryKind
from medianest_common.contracts.platform import Announcement, Presence
from medianest_health.roster import KEPT_FOR, Judged, Place, Roster, is_forgotten, judge

VANISHED, RETURNED, REPLACED = (
    RecoveryKind.REPLICA_VANISHED,
    RecoveryKind.REPLICA_RETURNED,
    RecoveryKind.REPLICA_REPLACED,
)


@dataclass
class Suite:
    """Replicas that announce themselves every five seconds, one of ours that hears them, and its table."""

    clock: ManualClock = field(default_factory=ManualClock)
    running: dict[str, str] = field(default_factory=dict)
    crashed: set[str] = field(default_factory=set)
    places: dict[str, Place] = field(default_factory=dict)
    turns: list[tuple[RecoveryKind, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.roster = Roster(clock=self.clock)
        self.start("health", "box-1-health")

    def start(self, service: str, instance: str, *, after_crash: bool = False) -> None:
        self.running[instance] = service
        if after_crash:
            self.crashed.add(instance)

    def kill(self, instance: str) -> str:
        return self.running.pop(instance)

    def leave(self, instance: str) -> None:
        self.roster.hear(self.said(self.kill(instance), instance, Presence.LEFT))

    def said(self, service: str, instance: str, presence: Presence = Presence.PRESENT) -> Announcement:
        return Announcement(
            service=service,
            instance=instance,
            version="1",
            started_at=self.clock.now(),
            presence=presence,
            after_crash=instance in self.crashed,
        )

    def passes(self, seconds: int, *, heard: bool = True, judged: bool = True) -> None:
        for _ in range(seconds):
            self.clock.advance(1)
            if heard and self.clock.monotonic() % 5 == 0:
                for instance, service in self.running.items():
                    self.roster.hear(self.said(service, instance))
            if judged and self.roster.is_hearing:
                self.judge()

    def judge(self) -> Judged:
        heard = self.roster.heard()
        silent = {each for each in {*self.places, *heard} if self.roster.is_silent(each)}
        judged = judge(self.places, heard, silent=silent, now=self.clock.now())
        self.places = {
            each: place
            for each, place in judged.places.items()
            if not is_forgotten(place, now=self.clock.now())
        }
        self.roster.written(heard)
        self.turns += [(turn.kind, turn.place.instance) for turn in judged.turns]
        return judged

    def health_begins_anew(self) -> None:
        self.roster = Roster(clock=self.clock)

    @property
    def missed(self) -> list[str]:
        return [instance for instance, place in self.places.items() if place.is_missed]


@pytest.fixture
def suite() -> Suite:
    suite = Suite()
    suite.start("media", "box-2-a")
    suite.start("media", "box-3-b")
    suite.passes(10)
    assert set(suite.places) == {"box-1-health", "box-2-a", "box-3-b"}
    return suite


def test_one_that_goes_without_a_word_is_missed_within_twenty_seconds(suite: Suite) -> None:
    suite.kill("box-2-a")
    suite.passes(14)
    assert suite.missed == []
    suite.passes(6)
    assert (suite.missed, suite.turns) == (["box-2-a"], [(VANISHED, "box-2-a")])
    assert suite.roster.present("media") == {"box-3-b"}
    suite.passes(60)
    assert suite.turns == [(VANISHED, "box-2-a")], "told once"


def test_one_that_says_goodbye_is_not_missed(suite: Suite) -> None:
    suite.leave("box-2-a")
    suite.passes(60)
    assert (suite.missed, suite.turns) == ([], [])
    assert suite.places["box-2-a"].left_at is not None


def test_a_heartbeat_that_overtook_the_goodbye_does_not_bring_it_back(suite: Suite) -> None:
    suite.leave("box-2-a")
    suite.roster.hear(suite.said("media", "box-2-a"))
    suite.passes(60)
    assert (suite.missed, suite.turns) == ([], [])


def test_one_that_was_only_held_up_returns(suite: Suite) -> None:
    suite.kill("box-2-a")
    suite.passes(40)
    suite.start("media", "box-2-a")
    suite.passes(10)
    assert (suite.missed, suite.turns) == ([], [(VANISHED, "box-2-a"), (RETURNED, "box-2-a")])


def test_a_new_one_takes_the_place_of_one_that_is_missed(suite: Suite) -> None:
    suite.kill("box-2-a")
    suite.passes(30)
    suite.start("media", "box-4-c")
    suite.passes(10)
    assert (suite.missed, suite.turns) == ([], [(VANISHED, "box-2-a"), (REPLACED, "box-2-a")])


def test_one_that_crashed_and_is_up_again_at_once_is_never_missed(suite: Suite) -> None:
    suite.kill("box-2-a")
    suite.start("media", "box-4-c")
    suite.passes(60)
    assert (suite.missed, suite.turns) == ([], [(REPLACED, "box-2-a")])


def test_one_new_one_is_in_place_of_one_and_not_of_two(suite: Suite) -> None:
    suite.kill("box-2-a")
    suite.kill("box-3-b")
    suite.passes(30)
    suite.start("media", "box-4-c")
    suite.passes(60)
    assert len(suite.missed) == 1


def test_a_new_one_of_another_service_replaces_nobody(suite: Suite) -> None:
    suite.kill("box-2-a")
    suite.start("plex", "box-4-c")
    suite.passes(60)
    assert suite.missed == ["box-2-a"]


def test_one_that_was_there_before_replaces_nobody(suite: Suite) -> None:
    """A rolling upgrade: the new one comes first. If it was an old one that goes, it says so."""
    suite.start("media", "box-4-c")
    suite.passes(10)
    suite.kill("box-2-a")
    suite.passes(60)
    assert suite.missed == ["box-2-a"]


def test_a_service_begun_anew_within_its_process_has_told_by_itself(suite: Suite) -> None:
    suite.kill("box-2-a")
    suite.start("media", "box-2-d", after_crash=True)
    suite.passes(60)
    assert (suite.missed, suite.turns) == ([], [])


def test_a_container_that_was_killed_and_is_up_again_is_told_of(suite: Suite) -> None:
    """Its name and the number of its process are the same each time."""
    suite.kill("box-2-a")
    suite.start("media", "box-2-d")
    suite.passes(60)
    assert (suite.missed, suite.turns) == ([], [(REPLACED, "box-2-a")])


def test_while_the_bus_is_away_nobody_is_judged_and_all_have_their_time_afterwards(suite: Suite) -> None:
    suite.passes(300, heard=False)
    suite.kill("box-2-a")
    suite.passes(14)
    assert (suite.missed, suite.turns) == ([], [])
    suite.passes(10)
    assert suite.turns == [(VANISHED, "box-2-a")]


def test_a_health_service_that_was_held_up_blames_nobody(suite: Suite) -> None:
    """It was stopped for a minute; what others said meanwhile comes one after the other."""
    suite.clock.advance(60)
    suite.judge()
    for instance, service in suite.running.items():
        suite.roster.hear(suite.said(service, instance))
        suite.judge()
    suite.passes(30)
    assert (suite.missed, suite.turns) == ([], [])


def test_a_health_service_that_comes_up_gives_everybody_time(suite: Suite) -> None:
    suite.clock.advance(600)
    suite.health_begins_anew()
    suite.kill("box-2-a")
    suite.passes(17)
    assert suite.missed == []
    suite.passes(10)
    assert suite.missed == ["box-2-a"]


def test_all_begun_anew_while_nobody_listened_is_no_news(suite: Suite) -> None:
    for number, instance in enumerate(list(suite.running)):
        suite.start(suite.kill(instance), f"box-{number + 10}-new")
    suite.clock.advance(5)
    suite.health_begins_anew()
    suite.passes(60)
    assert (suite.missed, suite.turns) == ([], [])


def test_who_is_heard_by_another_of_ours_has_not_vanished(suite: Suite) -> None:
    suite.kill("box-2-a")
    for _ in range(30):
        suite.passes(1)
        place = suite.places["box-2-a"]
        suite.places["box-2-a"] = Place(
            **{name: getattr(place, name) for name in Place.__slots__} | {"last_seen_at": suite.clock.now()}
        )
    assert suite.missed == []


def test_who_has_gone_is_forgotten_after_an_hour(suite: Suite) -> None:
    suite.kill("box-2-a")
    suite.leave("box-3-b")
    suite.passes(30)
    assert suite.missed == ["box-2-a"]
    suite.passes(int(KEPT_FOR / timedelta(seconds=1)))
    assert set(suite.places) == {"box-1-health"}
