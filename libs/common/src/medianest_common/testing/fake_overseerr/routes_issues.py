"""Issues that users report about titles, and the media rows themselves."""

from starlette.responses import JSONResponse, Response

from .endpoint import Endpoint, Incoming, nothing, paged
from .numbers import IssueStatus, IssueType, MediaStatus, Permission
from .refusals import Refused
from .state import Issue, IssueComment, Media, State
from .transitions import Transitions
from .views import Views, page_info

_MAY_READ = Permission.MANAGE_ISSUES | Permission.VIEW_ISSUES | Permission.CREATE_ISSUES
_MAY_WRITE = Permission.MANAGE_ISSUES | Permission.CREATE_ISSUES
_SEES_ALL = Permission.MANAGE_ISSUES | Permission.VIEW_ISSUES
_MEDIA_STATUSES = {
    "partial": MediaStatus.PARTIALLY_AVAILABLE,
    "processing": MediaStatus.PROCESSING,
    "pending": MediaStatus.PENDING,
    "unknown": MediaStatus.UNKNOWN,
    "deleted": MediaStatus.DELETED,
}


class IssueRoutes:
    def __init__(self, state: State, *, views: Views, transitions: Transitions) -> None:
        self._state = state
        self._views = views
        self._transitions = transitions

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint("GET", "/issue", self.list, _MAY_READ),
            Endpoint("POST", "/issue", self.create, _MAY_WRITE),
            Endpoint("GET", "/issue/count", self.count),
            Endpoint("GET", "/issue/{issueId}", self.get, _MAY_READ),
            Endpoint("DELETE", "/issue/{issueId}", self.delete, _MAY_WRITE),
            Endpoint("POST", "/issue/{issueId}/comment", self.comment, _MAY_WRITE),
            Endpoint("POST", "/issue/{issueId}/{status}", self.decide, Permission.MANAGE_ISSUES),
            Endpoint("PUT", "/issueComment/{commentId}", self.reword, _MAY_WRITE),
            Endpoint("DELETE", "/issueComment/{commentId}", self.delete_comment, _MAY_WRITE),
            Endpoint("DELETE", "/media/{mediaId}", self.delete_media, Permission.MANAGE_REQUESTS),
            Endpoint("POST", "/media/{mediaId}/{status}", self.set_media, Permission.MANAGE_REQUESTS),
        ]

    async def list(self, incoming: Incoming) -> JSONResponse:
        """`requestedBy` is accepted and ignored."""
        wanted = incoming.query.get("filter", "all").upper()
        sees_all = incoming.acting.may(_SEES_ALL)
        issues = [
            issue
            for issue in self._state.issues.values()
            if wanted in ("ALL", issue.status.name) and (sees_all or issue.created_by is incoming.acting)
        ]
        modified = incoming.query.get("sort") == "modified"
        issues.sort(
            key=lambda issue: (issue.updated_at if modified else issue.created_at, issue.id), reverse=True
        )
        page, take, skip = paged(issues, incoming.query)
        return JSONResponse(
            {
                "pageInfo": page_info(total=len(issues), take=take, skip=skip),
                "results": [self._views.issue(issue) for issue in page],
            }
        )

    async def create(self, incoming: Incoming) -> JSONResponse:
        body, at = incoming.body, self._state.now()
        media = self._state.media_by_id(body.get("mediaId", 0))
        if media is None:
            raise Refused(404, "Media does not exist.")
        issue = Issue(
            id=self._state.next_id("issue"),
            type=IssueType(body.get("issueType", IssueType.OTHER)),
            status=IssueStatus.OPEN,
            media=media,
            season=body.get("problemSeason") or 0,
            episode=body.get("problemEpisode") or 0,
            created_by=incoming.acting,
            modified_by=None,
            created_at=at,
            updated_at=at,
            comments=[self._comment(incoming, body.get("message", ""))],
        )
        self._state.issues[issue.id] = issue
        self._transitions.reported(issue)
        return JSONResponse(self._views.issue(issue, listed=False))

    async def count(self, incoming: Incoming) -> JSONResponse:
        issues = list(self._state.issues.values())

        def of(kind: IssueType) -> int:
            return sum(issue.type == kind for issue in issues)

        opened = sum(issue.status == IssueStatus.OPEN for issue in issues)
        return JSONResponse(
            {
                "total": len(issues),
                "video": of(IssueType.VIDEO),
                "audio": of(IssueType.AUDIO),
                "subtitles": of(IssueType.SUBTITLES),
                "others": of(IssueType.OTHER),
                "open": opened,
                "closed": len(issues) - opened,
            }
        )

    async def get(self, incoming: Incoming) -> JSONResponse:
        issue = self._named(incoming)
        if issue.created_by is not incoming.acting and not incoming.acting.may(_SEES_ALL):
            raise Refused(403, "You do not have permission to view this issue.")
        return JSONResponse(self._views.issue(issue, listed=False))

    async def comment(self, incoming: Incoming) -> JSONResponse:
        issue = self._named(incoming)
        if issue.created_by is not incoming.acting and not incoming.acting.may(Permission.MANAGE_ISSUES):
            raise Refused(403, "You do not have permission to comment on this issue.")
        comment = self._comment(incoming, incoming.body["message"])
        issue.comments.append(comment)
        self._transitions.commented(issue, comment)
        return JSONResponse(self._views.issue(issue, listed=False))

    async def decide(self, incoming: Incoming) -> JSONResponse:
        issue = self._named(incoming)
        status = IssueStatus.RESOLVED if incoming.path["status"] == "resolved" else IssueStatus.OPEN
        self._transitions.issue_becomes(issue, status, incoming.acting)
        return JSONResponse(self._views.issue(issue, listed=False))

    async def delete(self, incoming: Incoming) -> Response:
        issue = self._named(incoming, absent=404)
        if not incoming.acting.may(Permission.MANAGE_ISSUES) and (
            issue.created_by is not incoming.acting or len(issue.comments) > 1
        ):
            raise Refused(401, "You do not have permission to delete this issue.")
        del self._state.issues[issue.id]
        return nothing()

    async def reword(self, incoming: Incoming) -> JSONResponse:
        """An administrator may not change what others wrote."""
        _, comment = self._comment_named(incoming)
        if comment.user is not incoming.acting:
            raise Refused(403, "You can only edit your own comments.")
        comment.message = incoming.body["message"]
        return JSONResponse(self._views.comment(comment))

    async def delete_comment(self, incoming: Incoming) -> Response:
        issue, comment = self._comment_named(incoming)
        if comment.user is not incoming.acting and not incoming.acting.may(Permission.MANAGE_ISSUES):
            raise Refused(403, "You do not have permission to delete this comment.")
        issue.comments.remove(comment)
        return nothing()

    async def set_media(self, incoming: Incoming) -> JSONResponse:
        media = self._media(incoming)
        is_4k = bool(incoming.body.get("is4k"))
        if incoming.path["status"] == "available":
            self._transitions.available(media, seasons=None, is_4k=is_4k)
        else:
            media.becomes(_MEDIA_STATUSES[incoming.path["status"]], is_4k=is_4k, at=self._state.now())
        return JSONResponse(self._views.media(media, seasons=True))

    async def delete_media(self, incoming: Incoming) -> Response:
        """Takes its requests and issues with it."""
        media = self._media(incoming)
        for request in self._state.requests_for(media):
            del self._state.requests[request.id]
        for issue in [issue for issue in self._state.issues.values() if issue.media is media]:
            del self._state.issues[issue.id]
        del self._state.media[media.kind, media.tmdb_id]
        return nothing()

    def _comment(self, incoming: Incoming, message: str) -> IssueComment:
        return IssueComment(
            id=self._state.next_id("comment"),
            user=incoming.acting,
            message=message,
            created_at=self._state.now(),
        )

    def _named(self, incoming: Incoming, *, absent: int = 500) -> Issue:
        issue = self._state.issues.get(_number(incoming.path["issueId"]))
        if issue is None:
            raise Refused(absent, "Issue not found.")
        return issue

    def _comment_named(self, incoming: Incoming) -> tuple[Issue, IssueComment]:
        number = _number(incoming.path["commentId"])
        for issue in self._state.issues.values():
            for comment in issue.comments:
                if comment.id == number:
                    return issue, comment
        raise Refused(404, "Issue comment not found.")

    def _media(self, incoming: Incoming) -> Media:
        media = self._state.media_by_id(_number(incoming.path["mediaId"]))
        if media is None:
            raise Refused(404, "Media does not exist.")
        return media


def _number(text: object) -> int:
    return int(str(text)) if str(text).isascii() and str(text).isdecimal() else -1
