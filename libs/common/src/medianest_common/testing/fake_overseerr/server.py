"""The handle that tests and the demo hold."""

from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import date
from typing import Self

from medianest_common.clock import Clock, SystemClock

from .app import all_endpoints, build_app
from .catalogue import Title
from .description import Description
from .endpoint import Gate
from .faults import Call, Fault, FaultySite
from .notices import about_request, test_notice
from .numbers import Flavour, MediaKind, MediaStatus, Notification, Permission
from .seeding import seed_requests
from .state import PlexFriend, RequestRow, State, User, WebhookSettings
from .transitions import Transitions
from .webhooks import DEFAULT_TEMPLATE, SentWebhook, Webhooks, encoded_twice


class FakeOverseerr:
    """Overseerr or Seerr on a free local port. User 1 is the owner; the API key acts as that user.

    `state` holds the rows and the switches: `tmdb_down`, `special_episodes`, `partial_requests`, `movie_4k`,
    `series_4k`, `arr_configured`, `arr_delay`, `default_movie_quota`, `default_tv_quota`.
    """

    def __init__(
        self,
        *,
        flavour: Flavour,
        webhook_url: str | None,
        webhook_auth: str | None,
        clock: Clock,
        port: int,
    ) -> None:
        self.state = State(flavour=flavour, clock=clock)
        self.set_webhook(webhook_url, authorization=webhook_auth)
        self.state.catalogue.add_upcoming(self.state.now().date())
        self.webhooks = Webhooks(self.state)
        self._transitions = Transitions(self.state, self.webhooks)
        endpoints = all_endpoints(self.state, transitions=self._transitions, webhooks=self.webhooks)
        gate = Gate(
            self.state, description=Description(flavour), hang=lambda request: self.site.hang(request)
        )
        self.site = FaultySite(build_app(endpoints, gate), port=port)
        self.url = self.site.url
        self.api_key = self.state.api_key
        self.owner = self.add_user(
            plex_id=100001, email="owner@example.com", username="owner", permissions=Permission.ADMIN
        )

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        *,
        flavour: Flavour = "seerr",
        webhook_url: str | None = None,
        webhook_auth: str | None = None,
        clock: Clock | None = None,
        port: int = 0,
    ) -> AsyncIterator[Self]:
        """`webhook_auth` is sent as the whole `Authorization` header."""
        overseerr = cls(
            flavour=flavour,
            webhook_url=webhook_url,
            webhook_auth=webhook_auth,
            clock=clock or SystemClock(),
            port=port,
        )
        await overseerr.site.start()
        try:
            yield overseerr
        finally:
            await overseerr.webhooks.close()
            await overseerr.site.stop()

    @property
    def requests(self) -> list[RequestRow]:
        return list(self.state.requests.values())

    @property
    def calls(self) -> deque[Call]:
        return self.site.calls

    @property
    def suppress_webhooks(self) -> bool:
        """Loses every webhook while True."""
        return self.webhooks.suppressed

    @suppress_webhooks.setter
    def suppress_webhooks(self, value: bool) -> None:
        self.webhooks.suppressed = value

    @property
    def sent_webhooks(self) -> list[SentWebhook]:
        return self.webhooks.sent

    def fail_with(
        self,
        fault: Fault,
        *,
        times: int | None = None,
        path_prefix: str = "",
        method: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        """See `FaultySite.fail_with`."""
        self.site.fail_with(
            fault, times=times, path_prefix=path_prefix, method=method, retry_after=retry_after
        )

    def heal(self) -> None:
        self.site.heal()

    def add_user(
        self,
        *,
        plex_id: int | None,
        email: str | None,
        username: str | None = None,
        plex_username: str | None = None,
        permissions: int = Permission.REQUEST,
        movie_quota: tuple[int, int] | None = None,
        tv_quota: tuple[int, int] | None = None,
    ) -> User:
        """A quota is (limit, days)."""
        at = self.state.now()
        user = User(
            id=self.state.next_id("user"),
            plex_id=plex_id,
            email=email,
            username=username,
            plex_username=plex_username or (username if plex_id else None),
            permissions=int(permissions),
            created_at=at,
            updated_at=at,
            movie_quota=movie_quota,
            tv_quota=tv_quota,
        )
        self.state.users[user.id] = user
        return user

    def add_plex_friend(self, *, plex_id: int, email: str | None, username: str) -> PlexFriend:
        """Somebody whom `user/import-from-plex` can make a user of."""
        friend = PlexFriend(plex_id=plex_id, email=email, username=username)
        self.state.plex_friends[plex_id] = friend
        return friend

    def add_movie(
        self,
        tmdb_id: int,
        title: str,
        year: int | None,
        *,
        released: date | None = None,
        overview: str | None = None,
        poster_path: str | None = "/p.jpg",
    ) -> Title:
        return self.state.catalogue.add_movie(
            tmdb_id, title, year, released=released, overview=overview, poster_path=poster_path
        )

    def add_show(
        self,
        tmdb_id: int,
        title: str,
        year: int | None = None,
        *,
        seasons: dict[int, int],
        released: date | None = None,
        overview: str | None = None,
        poster_path: str | None = "/p.jpg",
        tvdb_id: int | None = None,
    ) -> Title:
        """`seasons` gives the number of episodes by season; season 0 are the specials."""
        return self.state.catalogue.add_show(
            tmdb_id,
            title,
            year,
            seasons=seasons,
            released=released,
            overview=overview,
            poster_path=poster_path,
            tvdb_id=tvdb_id,
        )

    def generate(self, titles: int, *, requests: int = 0) -> None:
        """Adds invented titles, and requests of all statuses for them, without webhooks."""
        seed_requests(self.state, self.state.catalogue.generate(titles)[:requests])

    def approve(self, request_id: int) -> None:
        self._transitions.approve(self.state.requests[request_id], self.owner)

    def decline(self, request_id: int) -> None:
        self._transitions.decline(self.state.requests[request_id], self.owner)

    def fail(self, request_id: int) -> None:
        """As when Radarr or Sonarr refuses the title."""
        self._transitions.fail(self.state.requests[request_id])

    def delete(self, request_id: int) -> None:
        """As when somebody deletes it on the server's own page: no webhook tells of it."""
        self._transitions.remove(self.state.requests[request_id])

    def set_processing(self, media_type: MediaKind, tmdb_id: int, *, is_4k: bool = False) -> None:
        self._transitions.processing(self._transitions.media_named(media_type, tmdb_id), is_4k=is_4k)

    def set_available(
        self,
        media_type: MediaKind,
        tmdb_id: int,
        *,
        seasons: Iterable[int] | None = None,
        is_4k: bool = False,
    ) -> None:
        """As a scan finds it in Plex; without `seasons`, a show is there with all of them."""
        self._transitions.available(
            self._transitions.media_named(media_type, tmdb_id),
            seasons=None if seasons is None else list(seasons),
            is_4k=is_4k,
        )

    def set_deleted(self, media_type: MediaKind, tmdb_id: int, *, is_4k: bool = False) -> None:
        self._transitions.lost(self._transitions.media_named(media_type, tmdb_id), is_4k=is_4k)

    def block(self, media_type: MediaKind, tmdb_id: int) -> None:
        """Puts a title on the blocklist, which only Seerr has."""
        media = self._transitions.media_named(media_type, tmdb_id)
        media.becomes(MediaStatus.BLOCKLISTED, is_4k=False, at=self.state.now())

    def set_downloads(
        self,
        media_type: MediaKind,
        tmdb_id: int,
        downloads: list[dict[str, object]],
        *,
        is_4k: bool = False,
    ) -> None:
        """`downloadStatus` or `downloadStatus4k` of the title, as the queue of Radarr or Sonarr gives it."""
        media = self._transitions.media_named(media_type, tmdb_id)
        if is_4k:
            media.downloads_4k = downloads
        else:
            media.downloads = downloads

    def set_webhook(self, url: str | None, *, authorization: str | None = None) -> None:
        """Points the webhook agent, with the default template, at a receiver; None turns it off."""
        self.state.webhook = WebhookSettings(
            payload=encoded_twice(DEFAULT_TEMPLATE),
            url=url or "",
            authorization=authorization,
            enabled=url is not None,
        )

    def send_webhook(
        self, kind: Notification | str, *, request_id: int | None = None, times: int = 1
    ) -> None:
        """Sends a notice by hand, about a request as it is now; without one, the test notice."""
        notification = Notification[kind] if isinstance(kind, str) else kind
        notice = test_notice()
        if request_id is not None:
            told = about_request(self.state, notification, self.state.requests[request_id])
            if told is None:
                return
            notice = told
        for _ in range(times):
            self.webhooks.send(notice)

    async def webhooks_settled(self) -> None:
        """Returns when no webhook is on its way any more."""
        await self.webhooks.settled()
