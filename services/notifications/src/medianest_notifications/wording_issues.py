"""What people read about issues. What others typed is only ever shown as text."""

from typing import Any

from medianest_common.contracts.media.issues import (
    IssueChange,
    IssueCommented,
    IssueCreated,
    IssueKind,
    IssueReopened,
    IssueResolved,
)
from medianest_common.contracts.notifications import NotificationType
from medianest_notifications.wording import BODY_LENGTH, SOMEBODY, TITLE_LENGTH, Notice, cut

_KINDS = {
    IssueKind.VIDEO: "the picture",
    IssueKind.AUDIO: "the sound",
    IssueKind.SUBTITLE: "the subtitles",
    IssueKind.OTHER: "something",
}
_TYPES: dict[type[IssueChange], NotificationType] = {
    IssueCreated: NotificationType.ISSUE_CREATED,
    IssueCommented: NotificationType.ISSUE_COMMENTED,
    IssueResolved: NotificationType.ISSUE_RESOLVED,
    IssueReopened: NotificationType.ISSUE_REOPENED,
}


def about_issue(event: IssueChange) -> Notice | None:
    """None for what is told by open pages alone. The only name in it is that of whoever did it."""
    kind = _TYPES.get(type(event))
    if kind is None:
        return None
    data = {
        "issueId": str(event.issue_id),
        "mediaType": event.media_type.value,
        "tmdbId": event.tmdb_id,
        "title": cut(event.title, TITLE_LENGTH),
        "year": event.year,
        "kind": event.issue_kind.value,
        "season": event.season,
        "episode": event.episode,
        "status": event.status.value,
        "change": kind.value,
    }
    title, body = _words(data, who=event.actor_name, message=event.message or "")
    return Notice(
        type=kind,
        title=cut(title, TITLE_LENGTH),
        body=cut(body, BODY_LENGTH),
        link=f"/issues/{event.issue_id}",
        data=data,
        about=event.actor_id,
        about_title=(event.media_type, event.tmdb_id),
    )


def issue_without_name(data: dict[str, Any]) -> Notice:
    """What was said of an issue, once whoever said it has left: neither the name nor the words."""
    title, body = _words(data, who=SOMEBODY, message="")
    return Notice(
        type=NotificationType(data["change"]),
        title=cut(title, TITLE_LENGTH),
        body=cut(body, BODY_LENGTH),
        link=f"/issues/{data['issueId']}",
        data=data,
    )


def _words(data: dict[str, Any], *, who: str, message: str) -> tuple[str, str]:
    what, where = _KINDS[IssueKind(data["kind"])], _place(data)
    match NotificationType(data["change"]):
        case NotificationType.ISSUE_CREATED:
            return (
                f"Something is wrong with {where}",
                f"{who} reports a problem with {what}. {message}".strip(),
            )
        case NotificationType.ISSUE_COMMENTED:
            return f"New comment about {where}", f"{who}: {message}" if message else f"{who} wrote something."
        case NotificationType.ISSUE_RESOLVED:
            return f"Resolved: {where}", f"{who} says that the problem with {what} is solved."
        case _:
            return f"Not right after all: {where}", f"{who} has opened the issue with {what} again."


def _place(data: dict[str, Any]) -> str:
    """`Dune (2021)`, `Dark (2017), season 1`, `Dark (2017), season 1, episode 2`."""
    text = f"{data['title']} ({data['year']})" if data["year"] else str(data["title"])
    if data["season"] is not None:
        text += f", season {data['season']}" if data["season"] else ", specials"
    return text if data["episode"] is None else f"{text}, episode {data['episode']}"
