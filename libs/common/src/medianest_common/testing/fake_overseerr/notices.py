"""What the server has to say about requests and issues, before the webhook template is filled."""

from dataclasses import dataclass, field

from .numbers import IssueType, Notification
from .state import Issue, IssueComment, Media, RequestRow, State

_IMAGES = "https://image.tmdb.org/t/p/w600_and_h900_bestv2"
_MESSAGE_LENGTH = 500
_ISSUE_NAMES = {
    IssueType.VIDEO: "Video ",
    IssueType.AUDIO: "Audio ",
    IssueType.SUBTITLES: "Subtitle ",
    IssueType.OTHER: "",
}


@dataclass(frozen=True, kw_only=True)
class Notice:
    kind: Notification
    event: str
    subject: str
    message: str = ""
    image: str = ""
    media: Media | None = None
    request: RequestRow | None = None
    issue: Issue | None = None
    comment: IssueComment | None = None
    extra: list[dict[str, str]] = field(default_factory=list)


def test_notice() -> Notice:
    return Notice(
        kind=Notification.TEST_NOTIFICATION,
        event="",
        subject="Test Notification",
        message="Check check, 1, 2, 3. Are we coming in clear?",
    )


def about_request(state: State, kind: Notification, request: RequestRow) -> Notice | None:
    """None when TMDB cannot be asked for the title: the server then says nothing at all."""
    title = None if state.tmdb_down else state.catalogue.get(request.kind, request.media.tmdb_id)
    if title is None:
        return None
    extra = []
    if request.kind == "tv":
        numbers = ", ".join(str(number) for number in request.season_numbers)
        extra.append({"name": "Requested Seasons", "value": numbers})
    return Notice(
        kind=kind,
        event=_request_event(kind, request),
        subject=title.label,
        message=_truncated(title.overview),
        image=f"{_IMAGES}{title.poster_path or 'null'}",
        media=request.media,
        request=request,
        extra=extra,
    )


def about_issue(
    state: State, kind: Notification, issue: Issue, comment: IssueComment | None = None
) -> Notice | None:
    title = None if state.tmdb_down else state.catalogue.get(issue.media.kind, issue.media.tmdb_id)
    if title is None:
        return None
    extra = []
    if issue.media.kind == "tv" and issue.season > 0:
        extra.append({"name": "Affected Season", "value": str(issue.season)})
        if issue.episode > 0:
            extra.append({"name": "Affected Episode", "value": str(issue.episode)})
    return Notice(
        kind=kind,
        event=_issue_event(kind, _ISSUE_NAMES[issue.type]),
        subject=title.label,
        message=issue.comments[0].message,
        image=f"{_IMAGES}{title.poster_path or 'null'}",
        media=issue.media,
        issue=issue,
        comment=comment,
        extra=extra,
    )


def _request_event(kind: Notification, request: RequestRow) -> str:
    what = f"{'4K ' if request.is_4k else ''}{'Movie' if request.kind == 'movie' else 'Series'} Request"
    match kind:
        case Notification.MEDIA_PENDING:
            return f"New {what}"
        case Notification.MEDIA_AVAILABLE:
            return f"{what} Now Available"
        case Notification.MEDIA_AUTO_APPROVED:
            return f"{what} Automatically Approved"
        case Notification.MEDIA_AUTO_REQUESTED:
            return f"{what} Automatically Submitted"
        case _:
            return f"{what} {str(kind.name).removeprefix('MEDIA_').capitalize()}"


def _issue_event(kind: Notification, name: str) -> str:
    match kind:
        case Notification.ISSUE_CREATED:
            return f"New {name}Issue Reported"
        case Notification.ISSUE_COMMENT:
            return f"New Comment on {name}Issue"
        case Notification.ISSUE_RESOLVED:
            return f"{name}Issue Resolved"
        case _:
            return f"{name}Issue Reopened"


def _truncated(text: str) -> str:
    """Cut at a blank, with an ellipsis, at five hundred characters."""
    if len(text) <= _MESSAGE_LENGTH:
        return text
    cut, following = text[: _MESSAGE_LENGTH - 1], text[_MESSAGE_LENGTH - 1]
    blanks = [position for position, letter in enumerate(cut) if letter.isspace()]
    if blanks and not following.isspace():
        cut = cut[: blanks[-1]]
    return f"{cut}…"
