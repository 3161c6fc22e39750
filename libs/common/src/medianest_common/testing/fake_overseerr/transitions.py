"""What follows from a change of status: the parent's status, the requests of a title that arrived, the notices."""

from .notices import Notice, about_issue, about_request
from .numbers import IssueStatus, MediaKind, MediaStatus, Notification, RequestStatus
from .state import Issue, IssueComment, Media, RequestRow, State, User
from .webhooks import Webhooks

_HELD = (MediaStatus.AVAILABLE, MediaStatus.PARTIALLY_AVAILABLE)


class Transitions:
    def __init__(self, state: State, webhooks: Webhooks) -> None:
        self._state = state
        self._webhooks = webhooks

    def submitted(self, request: RequestRow) -> None:
        """To be called after the row was saved and its answer was built."""
        if request.status == RequestStatus.PENDING:
            self._say(about_request(self._state, Notification.MEDIA_PENDING, request))
            return
        self._approved(request, Notification.MEDIA_AUTO_APPROVED)

    def approve(self, request: RequestRow, by: User | None) -> None:
        """Nothing happens the second time."""
        if request.status == RequestStatus.APPROVED:
            return
        self._decide(request, RequestStatus.APPROVED, by)
        self._approved(request, Notification.MEDIA_APPROVED)

    def decline(self, request: RequestRow, by: User | None) -> None:
        if request.status == RequestStatus.DECLINED:
            return
        self._decide(request, RequestStatus.DECLINED, by)
        media, is_4k = request.media, request.is_4k
        if media.availability(is_4k=is_4k) not in _HELD:
            self._say(about_request(self._state, Notification.MEDIA_DECLINED, request))
        waiting = any(other.status == RequestStatus.PENDING for other in self._state.requests_for(media))
        pending = media.availability(is_4k=is_4k) == MediaStatus.PENDING
        if request.kind == "movie" or (not waiting and pending):
            media.becomes(MediaStatus.UNKNOWN, is_4k=is_4k, at=self._state.now())

    def fail(self, request: RequestRow) -> None:
        """As when Radarr or Sonarr refuses the title."""
        request.status = RequestStatus.FAILED
        request.updated_at = self._state.now()
        self._say(about_request(self._state, Notification.MEDIA_FAILED, request))

    def retry(self, request: RequestRow, by: User) -> None:
        self._decide(request, RequestStatus.APPROVED, by)
        self._approved(request, Notification.MEDIA_APPROVED)

    def remove(self, request: RequestRow) -> None:
        """No webhook tells of it."""
        del self._state.requests[request.id]
        media, at = request.media, self._state.now()
        left = self._state.requests_for(media)
        for is_4k in (False, True):
            if not any(row.is_4k == is_4k for row in left) and media.availability(is_4k=is_4k) not in _HELD:
                media.becomes(MediaStatus.UNKNOWN, is_4k=is_4k, at=at)

    def processing(self, media: Media, *, is_4k: bool) -> None:
        media.service_id = 0
        media.external_service_id = 100 + media.id
        media.becomes(MediaStatus.PROCESSING, is_4k=is_4k, at=self._state.now())

    def available(self, media: Media, *, seasons: list[int] | None, is_4k: bool) -> None:
        """As a scan of the Plex library finds a film, or some or all seasons of a show."""
        at = self._state.now()
        status = MediaStatus.AVAILABLE
        if media.kind == "tv":
            status = self._seasons_available(media, seasons, is_4k=is_4k)
        if is_4k:
            media.rating_key_4k = str(20_000 + media.id)
        else:
            media.rating_key = str(10_000 + media.id)
        media.becomes(status, is_4k=is_4k, at=at)
        for request in self._state.requests_for(media):
            if request.is_4k == is_4k and request.status not in (
                RequestStatus.DECLINED,
                RequestStatus.COMPLETED,
            ):
                self._fulfil(request)

    def lost(self, media: Media, *, is_4k: bool) -> None:
        """As when the files are gone. No webhook tells of it; only Seerr has a status of its own for it."""
        gone = MediaStatus.DELETED if self._state.flavour == "seerr" else MediaStatus.UNKNOWN
        for season in media.seasons.values():
            if is_4k:
                season.status_4k = gone
            else:
                season.status = gone
        media.becomes(gone, is_4k=is_4k, at=self._state.now())

    def reported(self, issue: Issue) -> None:
        self._say(about_issue(self._state, Notification.ISSUE_CREATED, issue))

    def commented(self, issue: Issue, comment: IssueComment) -> None:
        self._say(about_issue(self._state, Notification.ISSUE_COMMENT, issue, comment))

    def issue_becomes(self, issue: Issue, status: IssueStatus, by: User) -> None:
        changed = issue.status != status
        issue.status, issue.modified_by, issue.updated_at = status, by, self._state.now()
        if changed:
            resolved = status == IssueStatus.RESOLVED
            kind = Notification.ISSUE_RESOLVED if resolved else Notification.ISSUE_REOPENED
            self._say(about_issue(self._state, kind, issue))

    def media_named(self, kind: MediaKind, tmdb_id: int) -> Media:
        """The row of a title, made if nobody has asked for it yet."""
        title = self._state.catalogue.get(kind, tmdb_id)
        if title is None:
            raise LookupError(f"no {kind} {tmdb_id} in the catalogue")
        return self._state.media_of(kind, tmdb_id, tvdb_id=title.tvdb_id)

    def _decide(self, request: RequestRow, status: RequestStatus, by: User | None) -> None:
        at = self._state.now()
        request.status, request.modified_by, request.updated_at = status, by, at
        if status == RequestStatus.APPROVED:
            for season in request.seasons:
                season.status, season.updated_at = status, at

    def _approved(self, request: RequestRow, kind: Notification) -> None:
        """The notice still says PENDING: the title is sent on after it."""
        media, is_4k = request.media, request.is_4k
        if media.availability(is_4k=is_4k) != MediaStatus.AVAILABLE:
            self._say(about_request(self._state, kind, request))
        if self._state.arr_configured and media.availability(is_4k=is_4k) not in _HELD:
            self.processing(media, is_4k=is_4k)

    def _seasons_available(self, media: Media, seasons: list[int] | None, *, is_4k: bool) -> MediaStatus:
        title = self._state.catalogue.get("tv", media.tmdb_id)
        every = [number for number, episodes in title.seasons.items() if number and episodes] if title else []
        at = self._state.now()
        for number in every if seasons is None else seasons:
            season = self._state.season_of(media, number)
            season.updated_at = at
            if is_4k:
                season.status_4k = MediaStatus.AVAILABLE
            else:
                season.status = MediaStatus.AVAILABLE
        complete = set(every) <= _available_seasons(media, is_4k=is_4k)
        return MediaStatus.AVAILABLE if complete else MediaStatus.PARTIALLY_AVAILABLE

    def _fulfil(self, request: RequestRow) -> None:
        have = _available_seasons(request.media, is_4k=request.is_4k)
        at = self._state.now()
        done = RequestStatus.COMPLETED if self._state.flavour == "seerr" else RequestStatus.APPROVED
        for season in request.seasons:
            if season.number in have:
                season.status, season.updated_at = done, at
        if not set(request.season_numbers) <= have:
            return
        if request.status != done:
            request.status, request.updated_at = done, at
        self._say(about_request(self._state, Notification.MEDIA_AVAILABLE, request))

    def _say(self, notice: Notice | None) -> None:
        if notice is not None:
            self._webhooks.send(notice)


def _available_seasons(media: Media, *, is_4k: bool) -> set[int]:
    return {
        season.number
        for season in media.seasons.values()
        if (season.status_4k if is_4k else season.status) == MediaStatus.AVAILABLE
    }
