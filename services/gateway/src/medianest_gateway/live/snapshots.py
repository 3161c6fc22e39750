"""How things stand for a page that has just been opened, asked of the services they belong to."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol
from uuid import UUID

import structlog
from pydantic import ValidationError

from medianest_common.bus import Bus
from medianest_common.contracts.base import Query
from medianest_common.contracts.health import MONITOR_CHANGED, ReadMonitorStates
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.live import LiveFrame, LiveStates, Snapshot
from medianest_common.contracts.media.live import ReadProgressStates
from medianest_common.contracts.media.progress import REQUEST_PROGRESS
from medianest_common.contracts.plex.live import ReadSessionStates
from medianest_common.contracts.plex.playback import SESSION_CHANGED
from medianest_common.contracts.youtube.downloads import DOWNLOAD_PROGRESS
from medianest_common.contracts.youtube.live import ReadDownloadStates
from medianest_common.errors import MediaNestError

log = structlog.get_logger()

QUESTIONS: Mapping[str, Query[LiveStates]] = {
    DOWNLOAD_PROGRESS: ReadDownloadStates(),
    REQUEST_PROGRESS: ReadProgressStates(),
    SESSION_CHANGED: ReadSessionStates(),
    MONITOR_CHANGED: ReadMonitorStates(),
}
"""Types of passing states that outlive the frame they were told in. Of others nothing is known afterwards."""
_ASK_SECONDS = 2.0
_AT_ONCE = 200


class Viewer(Protocol):
    @property
    def caller(self) -> Caller: ...

    def expect(self, type: str) -> None:
        """Hold back what is pushed of this type until its snapshot has been shown."""
        ...

    def show(self, type: str, snapshot: str | None) -> None:
        """None where nobody answered."""
        ...


class Snapshots:
    """However many come at once, each owner is asked by one question at a time, for all who wait for it."""

    def __init__(self, bus: Bus) -> None:
        self._parts = [_Part(bus, *each) for each in QUESTIONS.items()]

    def show_to(self, viewer: Viewer, *, type: str | None = None) -> None:
        """Those of one type, or of all."""
        for part in self._parts:
            if type in (None, part.type):
                viewer.expect(part.type)
                part.ask_for(viewer)

    async def aclose(self) -> None:
        running = [part.asking for part in self._parts if part.asking is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class _Part:
    def __init__(self, bus: Bus, type: str, question: Query[LiveStates]) -> None:
        self.type = type
        self.asking: asyncio.Task[None] | None = None
        self._bus = bus
        self._question = question
        self._waiting: list[Viewer] = []

    def ask_for(self, viewer: Viewer) -> None:
        self._waiting.append(viewer)
        if self.asking is None:
            self.asking = asyncio.create_task(self._ask())

    async def _ask(self) -> None:
        """An answer counts only for those who came before it was asked for: later ones may have missed a change."""
        try:
            while self._waiting:
                viewers, self._waiting = self._waiting, []
                answer = await self._answer()
                for number, viewer in enumerate(viewers, start=1):
                    viewer.show(self.type, None if answer is None else answer.for_caller(viewer.caller))
                    if number % _AT_ONCE == 0:
                        await asyncio.sleep(0)
        finally:
            self.asking = None

    async def _answer(self) -> "_Answer | None":
        try:
            return _Answer(self.type, await self._bus.call(self._question, timeout=_ASK_SECONDS))
        except (MediaNestError, ValidationError) as error:
            log.debug("live_states_unknown", type=self.type, error=type(error).__name__)
            return None


@dataclass(slots=True)
class _Answer:
    type: str
    states: LiveStates
    _of_person: dict[UUID, list[LiveFrame]] = field(init=False, default_factory=dict)
    _for_all: list[LiveFrame] = field(init=False, default_factory=list)
    _for_admins: list[LiveFrame] = field(init=False, default_factory=list)
    _common: dict[bool, str] = field(init=False, default_factory=dict)
    """What those are told who have no states of their own, administrators and others: one text for many."""

    def __post_init__(self) -> None:
        for state in self.states.states:
            for user_id in state.user_ids:
                self._of_person.setdefault(user_id, []).append(state.frame)
            if state.everyone:
                self._for_all.append(state.frame)
            elif state.admins:
                self._for_admins.append(state.frame)

    def for_caller(self, caller: Caller) -> str:
        mine = self._of_person.get(caller.user_id, [])
        common = [*self._for_all, *(self._for_admins if caller.is_admin else [])]
        if mine:
            return self._written(list({frame.key: frame for frame in chain(common, mine)}.values()))
        if caller.is_admin not in self._common:
            self._common[caller.is_admin] = self._written(common)
        return self._common[caller.is_admin]

    def _written(self, frames: Sequence[LiveFrame]) -> str:
        snapshot = Snapshot(type=self.type, complete=self.states.complete, states=list(frames))
        return snapshot.model_dump_json()
