"""What is told of issues."""

from medianest_common.contracts.media.issues import (
    IssueChange,
    IssueCommented,
    IssueCreated,
    IssueReopened,
    IssueResolved,
)
from medianest_common.contracts.notifications import NotificationType
from medianest_notifications.rendering import TITLE_LENGTH, cut
from medianest_notifications.wording import SOMEBODY, Notice

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
    return Notice(
        type=kind,
        link=f"/issues/{event.issue_id}",
        values={
            "who": None if event.actor_name == SOMEBODY else event.actor_name,
            "message": event.message,
            **{name: data[name] for name in ("kind", "title", "year", "season", "episode")},
        },
        data=data,
        about=event.actor_id,
        about_title=(event.media_type, event.tmdb_id),
    )
