"""The issues of Overseerr and Seerr.

They cannot be filtered by user: `createdBy` is refused and `requestedBy` ignored. So they are looked up by title, and
whose they are is read from each.
"""

from collections.abc import Callable
from typing import Any, Unpack

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.issues import LONGEST_MESSAGE, IssueKind, IssueStatus
from medianest_common.errors import MediaNestError
from medianest_common.http import CallOptions, OutgoingClient, Response, UpstreamRefused
from medianest_media.adapters.backend import BackendRefused, UserUnknown
from medianest_media.adapters.issue_desk import (
    DeskComment,
    DeskIssue,
    DeskMention,
    DeskTitle,
    DeskUser,
    MayNot,
)
from medianest_media.adapters.lenient import as_dict, as_list, each
from medianest_media.adapters.overseerr_answers import moment
from medianest_media.adapters.overseerr_refusals import meaning, says_not_found, unexpected
from medianest_media.titles import storable_lines, storable_title

_KINDS = {1: IssueKind.VIDEO, 2: IssueKind.AUDIO, 3: IssueKind.SUBTITLE, 4: IssueKind.OTHER}
_NUMBERS = {kind: number for number, kind in _KINDS.items()}
_STATUSES = {1: IssueStatus.OPEN, 2: IssueStatus.RESOLVED}
_WORDS = {IssueStatus.OPEN: "open", IssueStatus.RESOLVED: "resolved"}
_SECONDS = 3.0
_PAGE = 100
_LARGEST_ID = 2**31


class OverseerrIssues:
    def __init__(self, client: OutgoingClient) -> None:
        self._client = client

    async def title(self, media_type: MediaType, tmdb_id: int) -> DeskTitle | None:
        try:
            return await self._call("GET", f"/{media_type}/{tmdb_id}", _title)
        except UpstreamRefused as refused:
            if refused.upstream_status == 404:
                return None
            raise unexpected(refused) from refused

    async def issue(self, issue_id: int) -> DeskIssue:
        return await self._said("GET", f"/issue/{issue_id}", _issue)

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
        body: dict[str, Any] = {"issueType": _NUMBERS[kind], "message": message, "mediaId": title.id}
        body |= {"problemSeason": season or 0, "problemEpisode": episode or 0}
        return await self._said("POST", "/issue", _issue, json=body, headers=_acting(as_user))

    async def comment(self, issue_id: int, message: str, *, as_user: int | None) -> DeskIssue:
        path, body = f"/issue/{issue_id}/comment", {"message": message}
        return await self._said("POST", path, _issue, json=body, headers=_acting(as_user))

    async def settle(self, issue_id: int, status: IssueStatus) -> DeskIssue:
        return await self._said("POST", f"/issue/{issue_id}/{_WORDS[status]}", _issue, idempotent=True)

    async def reword(self, comment_id: int, message: str, *, as_user: int | None) -> None:
        path, headers = f"/issueComment/{comment_id}", _acting(as_user)
        body = {"message": message}
        await self._said("PUT", path, lambda _: None, json=body, headers=headers, idempotent=True)

    async def delete(self, issue_id: int) -> None:
        await self._gone(f"/issue/{issue_id}")

    async def delete_comment(self, comment_id: int) -> None:
        await self._gone(f"/issueComment/{comment_id}")

    async def _gone(self, path: str) -> None:
        try:
            await self._call("DELETE", path, lambda _: None, idempotent=True)
        except UpstreamRefused as refused:
            if not says_not_found(refused):
                raise meaning(refused) from refused

    async def changed_lately(self) -> list[DeskMention]:
        return await self._said("GET", f"/issue?take={_PAGE}&sort=modified&filter=all", _mentions)

    async def _said[T](
        self, method: str, path: str, read: Callable[[Any], T], **options: Unpack[CallOptions]
    ) -> T:
        try:
            return await self._call(method, path, read, **options)
        except UpstreamRefused as refused:
            raise _meaning(refused) from refused

    async def _call[T](
        self, method: str, path: str, read: Callable[[Any], T], **options: Unpack[CallOptions]
    ) -> T:
        def answer(response: Response) -> T:
            return read(response.json() if response.status != 204 else None)

        return await self._client.request_as(
            method, f"/api/v1{path}", answer, **({"timeout": _SECONDS} | options)
        )


def _meaning(refused: UpstreamRefused) -> MediaNestError:
    """A user whom Overseerr does not let report is refused in the same words as one it does not know."""
    error = meaning(refused)
    denied = isinstance(error, UserUnknown) or (
        isinstance(error, BackendRefused) and refused.upstream_status == 403
    )
    return MayNot("Overseerr does not let this user report issues.") if denied else error


def _acting(user: int | None) -> dict[str, str]:
    return {} if user is None else {"X-API-User": str(user)}


def _title(answer: dict[str, Any]) -> DeskTitle | None:
    media = answer.get("mediaInfo")
    if not media:
        return None
    # All or nothing: an issue that is not among them is taken for deleted.
    ids = [_number(as_dict(row)["id"]) for row in as_list(media.get("issues") or [])]
    return DeskTitle(id=_number(media["id"]), issue_ids=tuple(sorted(ids)))


def _issue(row: dict[str, Any]) -> DeskIssue:
    media = row["media"]
    written = row.get("comments") or []
    numbers = tuple(sorted(each("comment", written, lambda comment: _number(comment["id"]))))
    return DeskIssue(
        id=_number(row["id"]),
        kind=_KINDS.get(row.get("issueType", 4), IssueKind.OTHER),
        status=_STATUSES[row["status"]],
        media_type=MediaType(media["mediaType"]),
        tmdb_id=_number(media["tmdbId"]),
        season=row.get("problemSeason") or None,
        episode=row.get("problemEpisode") or None,
        user=_user(row.get("createdBy") or {}),
        comments=tuple(sorted(each("comment", written, _comment), key=lambda comment: comment.id)),
        numbers=numbers,
        first=numbers[0] if numbers and len(numbers) == len(written) else None,
        created_at=moment(row["createdAt"]),
    )


def _comment(row: dict[str, Any]) -> DeskComment:
    return DeskComment(
        id=_number(row["id"]),
        user=_user(row.get("user") or {}),
        message=storable_lines(str(row["message"]), longest=LONGEST_MESSAGE),
        created_at=moment(row["createdAt"]),
    )


def _mentions(answer: dict[str, Any]) -> list[DeskMention]:
    def mention(row: dict[str, Any]) -> DeskMention:
        media = row["media"]
        return DeskMention(
            id=_number(row["id"]),
            media_type=MediaType(media["mediaType"]),
            tmdb_id=_number(media["tmdbId"]),
            changed_at=moment(row["updatedAt"]),
        )

    return list(each("issue", answer["results"], mention))


def _user(user: dict[str, Any]) -> DeskUser:
    """Never an e-mail address, which is what Overseerr shows where somebody has no name."""
    name = storable_title(
        str(user.get("displayName") or user.get("username") or user.get("plexUsername") or "")
    )
    plex_id = user.get("plexId")
    return DeskUser(
        id=user.get("id"),
        name=name if name and "@" not in name else "Somebody in Overseerr",
        plex_id=plex_id if isinstance(plex_id, int) and plex_id > 0 else None,
    )


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < _LARGEST_ID:
        raise TypeError("not a number")
    return value
