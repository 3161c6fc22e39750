"""Scans of libraries, which are over at once unless a test holds them."""

from collections.abc import Callable
from typing import Literal
from uuid import uuid4

from .items import Section
from .recorded import Document


class Scans:
    """Each is one of the `activities` of the server while it goes on."""

    def __init__(
        self,
        *,
        activities: list[Document],
        tell: Callable[[Literal["started", "updated", "ended"], Document], None],
        scanned: Callable[[Section, str | None], None],
    ) -> None:
        self._activities = activities
        self._tell = tell
        self._scanned = scanned
        self._running: dict[int, tuple[Section, str | None, Document]] = {}
        self.held = False
        """Scans go on until `advance` ends them."""

    def is_running(self, section: Section) -> bool:
        return section.key in self._running

    def begin(self, section: Section, path: str | None) -> None:
        if section.key in self._running:
            return
        activity: Document = {
            "uuid": str(uuid4()),
            "type": "library.update.section",
            "cancellable": True,
            "userID": 1,
            "title": f"Scanning {section.title}",
            "subtitle": "",
            "progress": -1,
            "Context": {"librarySectionID": str(section.key)},
        }
        self._running[section.key] = (section, path, activity)
        self._activities.append(activity)
        self._tell("started", activity)
        if not self.held:
            self.advance(100)

    def advance(self, progress: int) -> None:
        """Of every scan that runs; at 100 they are over."""
        for section, path, activity in list(self._running.values()):
            activity["progress"] = progress
            if progress < 100:
                self._tell("updated", activity)
                continue
            self._scanned(section, path)
            self.cancel(section)

    def cancel(self, section: Section) -> None:
        if section.key in self._running:
            _, _, activity = self._running.pop(section.key)
            self._activities.remove(activity)
            self._tell("ended", activity)
