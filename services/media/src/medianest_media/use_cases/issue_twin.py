"""An issue's twin in Overseerr: found, filed, answered, settled or taken away. One worker per title at a time."""

from dataclasses import dataclass

from medianest_common.contracts.media.issues import LONGEST_MESSAGE, IssueStatus
from medianest_media.adapters.backend import BackendRefused
from medianest_media.adapters.issue_desk import DeskComment, DeskIssue, DeskTitle, IssueDesk, MayNot
from medianest_media.app import MediaApp
from medianest_media.models import Issue, IssueComment, Person
from medianest_media.titles import storable_lines
from medianest_media.use_cases.acting_user import acting_user


@dataclass(frozen=True, slots=True)
class Told:
    """`held_because` says why there is no twin although all is well."""

    twin: DeskIssue | None = None
    held_because: str | None = None


def attributed(message: str, name: str) -> str:
    """How the words of somebody who may not write there stand in Overseerr: its administrator's, with their name."""
    return f"{name} (MediaNest): {message}"


def same_words(comment: DeskComment, message: str, name: str) -> bool:
    """As they are read back, without what cannot be stored."""
    ways = (message, attributed(message, name))
    return comment.message in [storable_lines(words, longest=LONGEST_MESSAGE) for words in ways]


def is_twin(candidate: DeskIssue, issue: Issue, name: str) -> bool:
    """Whether this is what we filed, when the answer to our filing it was lost."""
    return (
        candidate.kind is issue.kind
        and (candidate.season, candidate.episode) == (issue.season or None, issue.episode)
        and candidate.report is not None
        and same_words(candidate.report, issue.message, name)
    )


async def file_issue(
    app: MediaApp, desk: IssueDesk, title: DeskTitle, issue: Issue, person: Person | None
) -> DeskIssue:
    user = await acting_user(app, person.id) if person else None
    place = {"season": issue.season, "episode": issue.episode}
    if user is not None:
        try:
            return await desk.create(title, issue.kind, issue.message, **place, as_user=user)
        except MayNot:
            pass  # most people may not report there; what they say must reach the administrator all the same
    name = person.name if person else issue.foreign_name
    message = attributed(issue.message, name) if name else issue.message
    return await desk.create(title, issue.kind, message, **place, as_user=None)


async def pass_on(
    app: MediaApp, desk: IssueDesk, twin: DeskIssue, comment: IssueComment, person: Person | None
) -> tuple[DeskIssue, int]:
    """The twin with the comment in it, and the comment's number there."""
    before = set(twin.numbers)
    user = await acting_user(app, person.id) if person else None
    name = person.name if person else comment.foreign_name or ""
    after: DeskIssue | None = None
    if user is not None:
        try:
            after = await desk.comment(twin.id, comment.message, as_user=user)
        except MayNot:
            after = None
    if after is None:
        after = await desk.comment(twin.id, attributed(comment.message, name), as_user=None)
    new = [number for number in after.numbers if number not in before]
    theirs = [c.id for c in after.comments if c.id in new and same_words(c, comment.message, name)]
    if not new:
        # Tried again it would stand there twice.
        raise BackendRefused("Overseerr has taken a comment and does not show its number.")
    return after, max(theirs or new)


async def settle(desk: IssueDesk, twin: DeskIssue, status: IssueStatus) -> DeskIssue:
    return twin if twin.status is status else await desk.settle(twin.id, status)
