"""The household around the two fake servers: what a test or a demonstration holds in its hand."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from secrets import token_hex
from urllib.parse import urlsplit

import httpx

from medianest_common.clock import Clock, SystemClock

from . import responses, tv_answers
from .accounts import FakeAccount, PlexAccounts, new_token
from .events import EventStream
from .faults import FaultySite, new_log
from .furnishing import furnish
from .items import Item
from .library import ChangeKind, FakeLibrary
from .quirks import Quirks
from .responses import MediaServer
from .server import media_server_app
from .sessions import Sessions
from .tv import described_server, plex_tv_app
from .tv_answers import PlexTv
from .watchlist import WatchedTitle
from .webhooks import WebhookEvent, deliver, payload

_VERSION = "1.43.0.10389-8be686aa6"


class FakePlex:
    """A pretend plex.tv and a pretend Plex Media Server that belong together.

    `plex.tv` and `plex.server` take faults (`fail_with`, `heal`, `delay`), `plex.library` takes films and
    shows, `plex.quirks` switches oddities on, and `plex.requests` has every call made to either.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        owner: str = "olivia",
        owner_email: str = "olivia@example.com",
        server_name: str = "Living Room",
        pin_seconds: int = 900,
        tv_port: int = 0,
        server_port: int = 0,
    ) -> None:
        self.machine_id = token_hex(20)
        self.quirks = Quirks()
        self.requests = new_log()
        self.events = EventStream()
        self.accounts = PlexAccounts(
            clock=clock, owner=owner, owner_email=owner_email, pin_seconds=pin_seconds
        )
        self.library = FakeLibrary(clock=clock, on_change=self._told)
        self.sessions = Sessions(
            clock=clock, events=self.events, library=self.library, owner=self.accounts.owner
        )
        self.media_server = MediaServer(
            machine_id=self.machine_id,
            name=server_name,
            version=_VERSION,
            clock=clock,
            accounts=self.accounts,
            library=self.library,
            events=self.events,
            sessions=self.sessions,
            quirks=self.quirks,
        )
        self.plex_tv = PlexTv(
            clock=clock,
            accounts=self.accounts,
            library=self.library,
            machine_id=self.machine_id,
            server_name=server_name,
            server_version=_VERSION,
        )
        self.tv = FaultySite(
            plex_tv_app(self.plex_tv),
            name="tv",
            log=self.requests,
            error_page=tv_answers.error_page,
            port=tv_port,
        )
        self.server = FaultySite(
            media_server_app(self.media_server),
            name="server",
            log=self.requests,
            error_page=responses.error_page,
            port=server_port,
        )
        self.plex_tv.connections.append(connection(self.server.url))

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        *,
        clock: Clock | None = None,
        owner: str = "olivia",
        owner_email: str = "olivia@example.com",
        server_name: str = "Living Room",
        pin_seconds: int = 900,
        tv_port: int = 0,
        server_port: int = 0,
    ) -> AsyncIterator["FakePlex"]:
        """Both servers run in the caller's event loop, on free ports unless named."""
        plex = cls(
            clock=clock or SystemClock(),
            owner=owner,
            owner_email=owner_email,
            server_name=server_name,
            pin_seconds=pin_seconds,
            tv_port=tv_port,
            server_port=server_port,
        )
        await plex.tv.start()
        await plex.server.start()
        try:
            yield plex
        finally:
            await plex.tv.stop()
            await plex.server.stop()

    @property
    def tv_url(self) -> str:
        return self.tv.url

    @property
    def server_url(self) -> str:
        return self.server.url

    @property
    def owner(self) -> FakeAccount:
        return self.accounts.owner

    @property
    def server_token(self) -> str:
        """The owner's token for the media server."""
        return self.owner.server_token

    @property
    def connections(self) -> list[dict[str, object]]:
        """How the server says it can be reached; change it at will."""
        return self.plex_tv.connections

    @property
    def tokens(self) -> set[str]:
        """Every secret there is; none of them may turn up in a log or an answer of ours."""
        return {token for account in self.accounts.all for token in (account.token, account.server_token)}

    def furnish(self, number: int) -> None:
        """Fills the libraries with about so many items of all kinds, always the same ones, without telling anyone."""
        furnish(self.library, number, now=self.media_server.clock.now())

    def add_friend(
        self,
        username: str,
        *,
        email: str | None = None,
        libraries: Sequence[str] | None = None,
        pending: bool = False,
    ) -> FakeAccount:
        """Shares the named libraries, or all. While `pending`, the invitation gives no access."""
        return self.accounts.add(
            username,
            email=email,
            access="pending" if pending else "friend",
            libraries=None if libraries is None else list(libraries),
        )

    def add_stranger(self, username: str, *, email: str | None = None) -> FakeAccount:
        """A Plex account without access to this server."""
        return self.accounts.add(username, email=email)

    def add_managed_user(self, title: str, *, libraries: Sequence[str] | None = None) -> FakeAccount:
        """A child's account in the owner's home: no user name, no e-mail address."""
        return self.accounts.add(
            title, access="friend", managed=True, libraries=None if libraries is None else list(libraries)
        )

    def remove_access(self, account: FakeAccount) -> None:
        """The account stays; its token for the server no longer works."""
        account.access = "none"
        account.server_token = new_token()

    def accept_invitation(self, account: FakeAccount) -> None:
        account.access = "friend"

    def reset_password(self, account: FakeAccount) -> None:
        """Signs the account out everywhere: both of its tokens are new."""
        account.token = new_token()
        account.server_token = new_token()

    def own_as_well(self, other: "FakePlex") -> None:
        """The account owns the server of another household too; plex.tv lists it after its own."""
        self.plex_tv.other_resources.append(
            described_server(other.plex_tv, other.owner) | {"owned": True, "ownerId": None}
        )

    def watch(
        self,
        account: FakeAccount,
        title: str,
        *,
        tmdb: int | None,
        show: bool = False,
        year: int | None = None,
        rating_key: str | None = None,
    ) -> str:
        """Puts a title on the account's watchlist, and returns how Plex names it."""
        key = rating_key or token_hex(12)
        guids = [] if tmdb is None else [f"imdb://tt{tmdb:07}", f"tmdb://{tmdb}"]
        account.watchlist.append(
            WatchedTitle(
                rating_key=key, type="show" if show else "movie", title=title, year=year, guids=guids
            )
        )
        return key

    def unwatch(self, account: FakeAccount, rating_key: str) -> None:
        account.watchlist = [each for each in account.watchlist if each.rating_key != rating_key]

    def claim_pin(self, code: str, account: FakeAccount) -> None:
        """What a person does on app.plex.tv. Raises LookupError when the PIN is unknown or expired."""
        self.accounts.claim(code, account)

    async def send_webhook(
        self,
        url: str,
        event: WebhookEvent,
        rating_key: str | None = None,
        *,
        account: FakeAccount | None = None,
    ) -> httpx.Response:
        """Posts one event of `account` (the owner unless named) to `url`."""
        item = None if rating_key is None else self.library.item(rating_key)
        document = payload(self.media_server, event, account or self.owner, item)
        return await deliver(url, document, picture_of=item)

    def _told(self, kind: ChangeKind, item: Item) -> None:
        self.events.item_changed(kind, item)


def connection(
    url: str, *, address: str | None = None, local: bool = True, relay: bool = False
) -> dict[str, object]:
    """As plex.tv lists it. `address` is what the name in `url` stands for."""
    parts = urlsplit(url)
    return {
        "protocol": parts.scheme,
        "address": address or parts.hostname,
        "port": parts.port,
        "uri": url,
        "local": local,
        "relay": relay,
        "IPv6": False,
    }
