"""Where issues are passed on to, and come from: Overseerr has such a desk, Radarr and Sonarr have none."""

from datetime import datetime
from typing import Protocol, runtime_checkable

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.issues import IssueKind, IssueStatus
from medianest_common.errors import Forbidden
from medianest_media.adapters.backend import Value


class MayNot(Forbidden):
    """The desk does not let this user do it, or does not know the user."""


class DeskUser(Value):
    id: int | None
    name: str
    plex_id: int | None = None


class DeskComment(Value):
    id: int
    user: DeskUser
    message: str
    created_at: datetime


class DeskIssue(Value):
    id: int
    kind: IssueKind
    status: IssueStatus
    media_type: MediaType
    tmdb_id: int
    season: int | None
    episode: int | None
    user: DeskUser
    comments: tuple[DeskComment, ...]
    """All that can be read, in order, the report among it."""
    numbers: tuple[int, ...]
    """Of all that was written, also of what cannot be read."""
    first: int | None
    """The number of the report; None where nothing was written, or something has no number: it may be the report."""
    created_at: datetime

    @property
    def report(self) -> DeskComment | None:
        return next((comment for comment in self.comments if comment.id == self.first), None)

    @property
    def answers(self) -> tuple[DeskComment, ...]:
        """What is certain not to be the report."""
        return () if self.first is None else tuple(c for c in self.comments if c.id != self.first)

    @property
    def message(self) -> str:
        return self.report.message if self.report else ""


class DeskTitle(Value):
    """A title as the desk has it: its own number for it, which is not TMDB's, and the issues there are with it."""

    id: int
    issue_ids: tuple[int, ...]


class DeskMention(Value):
    """That there is an issue, and when it last changed."""

    id: int
    media_type: MediaType
    tmdb_id: int
    changed_at: datetime


class IssueDesk(Protocol):
    """Every call has a time limit and raises `Unavailable`, `TimedOut` or `BadUpstream` where no good answer comes."""

    async def title(self, media_type: MediaType, tmdb_id: int) -> DeskTitle | None:
        """None where the desk has no row for the title, so that no issue can be filed with it."""
        ...

    async def issue(self, issue_id: int) -> DeskIssue: ...

    async def create(
        self,
        title: DeskTitle,
        kind: IssueKind,
        message: str,
        *,
        season: int | None,
        episode: int | None,
        as_user: int | None,
    ) -> DeskIssue:
        """Without a user as administrator. Raises `MayNot`, `BackendRefused`."""
        ...

    async def comment(self, issue_id: int, message: str, *, as_user: int | None) -> DeskIssue:
        """Raises `MayNot`, `BackendRefused`."""
        ...

    async def settle(self, issue_id: int, status: IssueStatus) -> DeskIssue: ...

    async def delete(self, issue_id: int) -> None: ...

    async def reword(self, comment_id: int, message: str, *, as_user: int | None) -> None:
        """Only whoever wrote it may. Raises `MayNot`, `BackendRefused`."""
        ...

    async def delete_comment(self, comment_id: int) -> None: ...

    async def changed_lately(self) -> list[DeskMention]:
        """The hundred that changed last."""
        ...


@runtime_checkable
class HasDesk(Protocol):
    @property
    def issues(self) -> IssueDesk: ...


def issue_desk(backend: object) -> IssueDesk | None:
    """The desk of a backend that has one."""
    return backend.issues if isinstance(backend, HasDesk) else None
