"""Quotas as a machine of its own: whatever people and administrators do, in whatever order and at the same time, nobody
has more than the quota that held when they took it, and what is shown before asking is what is enforced."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from medianest.embedded import ServerUrls
from medianest_common.contracts import media
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import MediaRequest, MediaType, QuotaState, RequestStatus
from medianest_common.contracts.media.allowing import Limit, SetQuota
from medianest_common.contracts.media.changing import EditRequest
from medianest_common.errors import MediaNestError
from services.media.tests.conftest import Home, Person, home_on

SEASONS = tuple(range(1, 7))
OVER = (RequestStatus.DECLINED, RequestStatus.CANCELLED)
_SHOW = "insert into titles (tmdb_id, media_type, title, seasons, seen_at) values (:id, 'tv', 'Show', :seasons, now())"
_NUMBERS = count(1)
"""Of titles nobody has asked for yet."""


@dataclass
class Taken:
    request: MediaRequest
    kind: MediaType
    weight: int
    at: datetime
    """When it was asked for; what was made larger counts as a whole from then on."""
    over: bool = False
    pending: bool = True


@dataclass
class Place:
    """The service for real, of which each run of the machine is one more person."""

    runner: asyncio.Runner
    home: Home

    def run[T](self, doing: Awaitable[T]) -> T:
        async def done() -> T:
            return await doing

        return self.runner.run(done())


class Quotas(RuleBasedStateMachine):
    place: Place

    @initialize()
    def somebody_comes(self) -> None:
        self.person = Person(self.place.home, "Frida", Role.USER)
        self.place.run(self.place.home.tell_of(self.person))
        self.taken: list[Taken] = []
        self.limits: dict[MediaType, Limit] = {}
        self.lay_down(movie=3, movie_days=7, tv=4, tv_days=7)

    @rule(
        movie=st.none() | st.integers(1, 5),
        movie_days=st.integers(1, 9),
        tv=st.none() | st.integers(1, 9),
        tv_days=st.integers(1, 9),
    )
    def lay_down(self, movie: int | None, movie_days: int, tv: int | None, tv_days: int) -> None:
        self.limits = {
            MediaType.MOVIE: Limit(limit=movie, days=movie_days),
            MediaType.TV: Limit(limit=tv, days=tv_days),
        }
        command = SetQuota(
            user_id=self.person.id, movie=self.limits[MediaType.MOVIE], tv=self.limits[MediaType.TV]
        )
        self.place.run(self.place.home.owner.call(command))

    @rule()
    def ask_for_a_film(self) -> None:
        fits = self.has_room(MediaType.MOVIE, 1)
        self.outcome(self.place.run(self.asking(MediaType.MOVIE, 1)), MediaType.MOVIE, 1, fits=fits)

    @rule(number=st.integers(1, len(SEASONS)))
    def ask_for_seasons(self, number: int) -> None:
        fits = self.has_room(MediaType.TV, number)
        self.outcome(self.place.run(self.asking(MediaType.TV, number)), MediaType.TV, number, fits=fits)

    @rule(kind=st.sampled_from(MediaType), weights=st.lists(st.integers(1, 3), min_size=2, max_size=5))
    def ask_for_many_at_once(self, kind: MediaType, weights: list[int]) -> None:
        """As many get through as there is room for, whichever these are."""
        sizes = [1] * len(weights) if kind is MediaType.MOVIE else weights
        room = self.shown(kind).remaining

        async def together() -> list[MediaRequest | MediaNestError]:
            return await asyncio.gather(*(self.asking(kind, size) for size in sizes))

        answers = self.place.run(together())
        refused = []
        for answer, size in zip(answers, sizes, strict=True):
            self.outcome(answer, kind, size)
            if isinstance(answer, MediaNestError):
                refused.append(size)
        if room is not None:
            left = room - (sum(sizes) - sum(refused))
            assert left >= 0
            assert all(size > left for size in refused), "what would have fitted is not refused"

    @rule(data=st.data(), number=st.integers(1, len(SEASONS)))
    def edit(self, data: st.DataObject, number: int) -> None:
        mine = [t for t in self.taken if t.kind is MediaType.TV and t.pending]
        if not mine:
            return
        one = data.draw(st.sampled_from(mine))
        before = self.shown(MediaType.TV)
        counted = one.at > self.since(MediaType.TV)
        more = number - one.weight if counted else number
        fits = number <= one.weight or before.remaining is None or more <= before.remaining
        answer = self.place.run(self.editing(one, number))
        if answer is not None:
            assert answer.code == "QUOTA_EXCEEDED" and not fits, answer
            return
        assert fits, "an edit is no way round the quota"
        grew = number > one.weight
        if grew:
            one.at = self.now
        one.weight = number
        self.never_more_than_allowed(MediaType.TV, grew=grew)

    @rule(data=st.data(), how=st.sampled_from(["cancel", "decline", "delete"]))
    def end(self, data: st.DataObject, how: str) -> None:
        """They cancel it themselves, an administrator declines it, or deletes what was approved."""
        mine = [t for t in self.taken if t.pending or (how == "delete" and not t.over)]
        if not mine:
            return
        one = data.draw(st.sampled_from(mine))
        if how == "cancel":
            self.place.run(self.person.call(media.CancelRequest(id=one.request.id)))
        elif how == "delete":
            self.place.run(self.place.home.owner.call(media.CancelRequest(id=one.request.id)))
        else:
            command = media.DeclineRequest(id=one.request.id, reason="No")
            self.place.run(self.place.home.owner.call(command))
        one.over, one.pending = True, False

    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        mine = [t for t in self.taken if t.pending]
        if mine:
            one = data.draw(st.sampled_from(mine))
            self.place.run(self.place.home.owner.call(media.ApproveRequest(id=one.request.id)))
            one.pending = False

    @rule(days=st.integers(1, 5))
    def time_passes(self, days: int) -> None:
        self.place.home.clock.advance(days * 86_400 + 3_600)

    @invariant()
    def what_is_shown_is_what_counts(self) -> None:
        if not hasattr(self, "taken"):
            return
        quota = self.place.run(self.person.call(media.GetQuota()))
        for kind, shown in ((MediaType.MOVIE, quota.movie), (MediaType.TV, quota.tv)):
            limit, counting = self.limits[kind], self.counting(kind)
            used = sum(t.weight for t in counting)
            assert (shown.limit, shown.days, shown.used) == (limit.limit, limit.days, used)
            assert shown.remaining == (None if limit.limit is None else max(0, limit.limit - used))
            if limit.limit is not None and counting:
                assert shown.resets_at is not None and shown.resets_at > self.now

    @property
    def now(self) -> datetime:
        return self.place.home.clock.now()

    def since(self, kind: MediaType) -> datetime:
        return self.now - timedelta(days=self.limits[kind].days)

    def counting(self, kind: MediaType) -> list[Taken]:
        return [t for t in self.taken if t.kind is kind and not t.over and t.at > self.since(kind)]

    def shown(self, kind: MediaType) -> QuotaState:
        quota = self.place.run(self.person.call(media.GetQuota()))
        return quota.movie if kind is MediaType.MOVIE else quota.tv

    def has_room(self, kind: MediaType, more: int) -> bool:
        remaining = self.shown(kind).remaining
        return remaining is None or more <= remaining

    async def editing(self, one: Taken, number: int) -> MediaNestError | None:
        try:
            await self.person.call(EditRequest(id=one.request.id, seasons=list(SEASONS[:number])))
        except MediaNestError as refused:
            return refused
        return None

    async def asking(self, kind: MediaType, size: int) -> MediaRequest | MediaNestError:
        number = 100_000 + next(_NUMBERS)
        seasons: Any = None
        if kind is MediaType.TV:
            await self.place.home.change(_SHOW, id=number, seasons=list(SEASONS))
            seasons = list(SEASONS[:size])
        try:
            return await self.person.request(number, media_type=kind, seasons=seasons)
        except MediaNestError as refused:
            return refused

    def outcome(
        self,
        answer: MediaRequest | MediaNestError,
        kind: MediaType,
        size: int,
        *,
        fits: bool | None = None,
    ) -> None:
        if isinstance(answer, MediaNestError):
            assert answer.code == "QUOTA_EXCEEDED", answer
            assert fits is not True, "what was shown before asking is what is enforced"
            return
        assert fits is not False, "what was shown before asking is what is enforced"
        self.taken.append(Taken(answer, kind, size, at=answer.created_at))
        self.never_more_than_allowed(kind, grew=True)

    def never_more_than_allowed(self, kind: MediaType, *, grew: bool) -> None:
        """At the moment in which something is taken. A quota that is lowered afterwards takes nothing away."""
        limit = self.limits[kind].limit
        if grew and limit is not None:
            assert sum(t.weight for t in self.counting(kind)) <= limit


@pytest.fixture
def place(server_urls: ServerUrls, tmp_path: Path) -> Iterator[Place]:
    """On a loop of its own, since the machine waits for each step."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        home = runner.run(stack.enter_async_context(home_on(server_urls, tmp_path, configured=False)))
        try:
            yield Place(runner, home)
        finally:
            runner.run(stack.aclose())


def play(place: Place, *, runs: int, steps: int) -> None:
    machine = type("QuotasHere", (Quotas,), {"place": place})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_report_17_no_order_of_events_exceeds_a_quota(place: Place) -> None:
    play(place, runs=6, steps=15)


@pytest.mark.long
def test_report_17_no_long_order_of_events_exceeds_a_quota(place: Place) -> None:
    play(place, runs=100, steps=50)
