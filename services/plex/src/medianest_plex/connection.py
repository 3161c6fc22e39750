"""Which server is ours, and the way to it.

An address in the settings is used as it is. Without one, the owner's servers are asked for at plex.tv, and the best way
that leads to ours is taken and remembered. Another way is looked for when the present one fails again and again, when
its certificate turns out to be for another name, and when the server no longer takes our token for it.
"""

import asyncio
from collections.abc import Sequence

import structlog

from medianest_common.bus.retry import is_outage
from medianest_common.clock import Clock
from medianest_common.errors import MediaNestError
from medianest_common.http import CertificateRefused
from medianest_plex.adapters.answers import TokenRefused
from medianest_plex.adapters.plex_tv import FoundServer, PlexTv
from medianest_plex.adapters.pms import Pms
from medianest_plex.candidates import Candidate, Probe, Way, first_that_works
from medianest_plex.known_servers import KnownServer, KnownServers
from medianest_plex.owner_account import OwnerAccount
from medianest_plex.settings import PlexSettings

log = structlog.get_logger()

FAILURES_BEFORE_ANOTHER_WAY = 3
LOOK_AGAIN_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 300.0
BETTER_WAY_SECONDS = 900.0
"""After so long on a way through the internet, a local one is looked for again."""
ACCOUNT_SECONDS = 300.0
"""So long plex.tv is not asked again for what it has just told."""
KEEP_SECONDS = 86_400.0
"""After so long the account's token is used: Plex forgets tokens that nobody uses."""
NOT_THE_ACCOUNTS_TOKEN = (
    "plex.tv does not accept MEDIANEST_PLEX_TOKEN. It has to be the present token of the account that owns the server; "
    "the token of the server alone needs MEDIANEST_PLEX_URL beside it. The owner signing in with Plex mends it as well."
)


class Connection:
    """`machine_identifier` is None where the address in the settings decides, whichever server answers there."""

    def __init__(
        self,
        pms: Pms,
        plex_tv: PlexTv,
        *,
        settings: PlexSettings,
        account: OwnerAccount,
        known: KnownServers,
        clock: Clock,
    ) -> None:
        self._pms = pms
        self._plex_tv = plex_tv
        self._settings = settings
        self._known = known
        self._clock = clock
        self.account = account
        self._token = ""
        self._seen: str | None = None
        self._servers: Sequence[FoundServer] = ()
        self._asked_at = float("-inf")
        self._kept_at = clock.monotonic()
        self._not_before = float("-inf")
        self._chosen_at = float("-inf")
        self._failures = 0
        self._in_vain = 0
        self._way: Way | None = None
        self._lost = not self.is_manual
        self._electing: asyncio.Task[None] | None = None
        self.machine_identifier: str | None = None
        self.problem: str | None = None
        """Why there is no way to the server, in words."""
        self.account_problem: str | None = None
        """What plex.tv said last to the account's token, in words, if it did not take it."""
        pms.heed = self._heed

    @property
    def is_manual(self) -> bool:
        return bool(self._settings.plex_url)

    @property
    def token(self) -> str:
        """For the server. The account's own opens it as well, as long as no other is known."""
        return self.account.token_for(self._seen) if self.is_manual else self._token or self.account.token

    @property
    def is_set_up(self) -> bool:
        return bool(self.account.tokens)

    @property
    def identity(self) -> str:
        """Tells pictures of one server from those of another."""
        return self._settings.plex_url or self.machine_identifier or ""

    async def open(self) -> None:
        """Quick: what was remembered is used until something better is known."""
        await self.account.read()
        if self.is_manual:
            await self._pms.move_to(self._settings.plex_url)
            return
        remembered = await self._remembered()
        server = self._wanted([known.server for known in remembered])
        for known in remembered:
            if known.server is server:
                await self._use(known.server, known.url)
                self._lost = known.other_account
        if self._lost and self.is_set_up:
            self._electing = asyncio.create_task(self._elect())

    async def settle(self, settings: PlexSettings) -> None:
        """An administrator has set another address, token or server."""
        elsewhere = settings.plex_url != self._settings.plex_url
        self._settings = settings
        self.account.settle(settings)
        self._servers, self._asked_at, self.account_problem, self.problem = (), float("-inf"), None, None
        self._failures = self._in_vain = 0
        await self.account.read()
        if self._electing is not None:
            self._electing.cancel()
            await asyncio.gather(self._electing, return_exceptions=True)
        if self.is_manual:
            self.machine_identifier, self._token, self._way, self._lost = None, "", None, False
            if elsewhere:
                self._seen = None
                await self._pms.move_to(settings.plex_url)
            return
        self._lost = True
        if self.is_set_up:
            self._electing = asyncio.create_task(self._elect())

    async def take_up(self) -> None:
        """Another account token was given, another server chosen, or simply a fresh start asked for."""
        await self.account.read()
        self._servers, self._asked_at, self.account_problem = (), float("-inf"), None
        if self.is_manual or not self.is_set_up:
            return
        self._lost, self._in_vain = True, 0
        self._electing = asyncio.create_task(self._elect_after(self._electing))

    async def aclose(self) -> None:
        if self._electing is not None:
            self._electing.cancel()
            await asyncio.gather(self._electing, return_exceptions=True)

    async def ready(self) -> None:
        """Look for a way where there is none, unless that was done a moment ago. Raises nothing."""
        await self.account.read_once()
        if not self.is_set_up:
            return
        now = self._clock.monotonic()
        if self._electing is None or self._electing.done():
            roundabout = self._way in (Way.REMOTE, Way.RELAY) and now - self._chosen_at > BETTER_WAY_SECONDS
            if not (self._lost or roundabout) or now < self._not_before:
                return
            self._electing = asyncio.create_task(self._elect())
        if self._lost:
            await asyncio.shield(self._electing)

    def confirm(self, machine_identifier: str) -> None:
        """Our server answers where we ask it."""
        self._seen = machine_identifier
        if not self.is_manual:
            self._lost, self._in_vain, self.problem = False, 0, None

    def lose(self, *, ask_anew: bool = True) -> None:
        """The way we have leads nowhere, to another server, or to one that refuses our token."""
        if self.is_manual:
            return
        self._lost = True
        if ask_anew:
            self._asked_at = float("-inf")

    def refused(self, token: str) -> bool:
        """The server does not take this token of ours. Returns whether there is another one to try at once."""
        if self.is_manual:
            return self.account.refuse(token) and self.token != token
        self.lose()
        return False

    @property
    def account_refused(self) -> bool:
        """Where the server is found through plex.tv; beside an address in the settings its own token is enough."""
        return not self.is_manual and self.account_problem == NOT_THE_ACCOUNTS_TOKEN

    async def keep_account(self) -> None:
        """The server may take its token for long after the account's own has died: said before anybody needs that."""
        if not self.is_set_up or self._clock.monotonic() - self._kept_at < KEEP_SECONDS:
            return
        self._asked_at = float("-inf")
        await self.account_servers(within=6.0)
        if self.account_problem is None:
            await self._plex_tv.keep_alive(token=self.account.token)
            self._kept_at = self._clock.monotonic()

    async def account_servers(self, *, within: float) -> Sequence[FoundServer]:
        """As plex.tv told within the last minutes, or as they were known before."""
        if self._clock.monotonic() - self._asked_at >= ACCOUNT_SECONDS:
            try:
                async with asyncio.timeout(within):
                    self._servers = await self._owned_servers()
                self._asked_at, self.account_problem = self._clock.monotonic(), None
            except TokenRefused:
                self.account_problem = NOT_THE_ACCOUNTS_TOKEN
                # Another replica may know a later one, and its word have been lost.
                await self.account.read()
            except (TimeoutError, MediaNestError) as error:
                wait = error.retry_after if isinstance(error, MediaNestError) else None
                self._not_before = max(self._not_before, self._clock.monotonic() + (wait or 0.0))
                self.account_problem = "plex.tv does not answer as it should at the moment."
        return self._servers or [known.server for known in await self._remembered()]

    async def owned_server(self, token: str, *, wanted: str | None) -> FoundServer | None:
        """What a token that is not used yet would lead to: the server with that machine identifier, else ours."""
        servers = await self._plex_tv.owned_servers(token=token)
        if wanted is None:
            return self._wanted(servers)
        return next((server for server in servers if server.machine_identifier == wanted), None)

    async def servers_of(self, token: str) -> Sequence[FoundServer]:
        """Those that the account with this token owns, whatever we use."""
        return await self._plex_tv.owned_servers(token=token)

    async def _owned_servers(self) -> Sequence[FoundServer]:
        while True:
            token = self.account.token
            try:
                return await self._plex_tv.owned_servers(token=token)
            except TokenRefused:
                if not self.account.refuse(token):
                    raise

    def _heed(self, error: MediaNestError | None) -> None:
        if error is None:
            self._failures = 0
            return
        self._failures += 1
        renamed = isinstance(error, CertificateRefused) and error.names_another
        if self._pms.base_url and (renamed or self._failures >= FAILURES_BEFORE_ANOTHER_WAY):
            self.lose()

    async def _elect_after(self, earlier: asyncio.Task[None] | None) -> None:
        if earlier is not None:
            await asyncio.gather(earlier, return_exceptions=True)
        await self._elect()

    async def _elect(self) -> None:
        self._failures = 0
        pause = min(LOOK_AGAIN_SECONDS * 2.0**self._in_vain, LONGEST_PAUSE_SECONDS)
        self._not_before = self._clock.monotonic() + pause
        self._in_vain = min(self._in_vain + 1, 8)
        try:
            servers = await self.account_servers(within=6.0)
            server = self._wanted(servers)
            if server is None:
                self.problem = self._none_wanted(servers)
                return
            winner, failed = await first_that_works(
                server.candidates, expect=server.machine_identifier, clock=self._clock
            )
            self._tell(server, winner, failed)
            if winner is None:
                self.problem = f"None of the {len(failed)} addresses that plex.tv names leads to the server."
                return
            self.problem, self._lost, self._in_vain = None, False, 0
            await self._use(server, winner.candidate.url)
            await self._known.remember(server, url=winner.candidate.url, account_token=self.account.token)
        except Exception as error:
            log.warning("plex_way_not_found", error=type(error).__name__, exc_info=not is_outage(error))

    async def _use(self, server: FoundServer, url: str) -> None:
        self.machine_identifier, self._token = server.machine_identifier, server.token
        self._way = next((each.way for each in server.candidates if each.url == url), None)
        self._chosen_at = self._clock.monotonic()
        if self._pms.base_url != url:
            await self._pms.move_to(url)

    def _wanted(self, servers: Sequence[FoundServer]) -> FoundServer | None:
        """The one that was chosen, or is named in the settings, or the one we have, or the first."""
        chosen = next((s for s in servers if s.machine_identifier == self.account.server), None)
        if chosen is not None:
            return chosen
        named = self._settings.plex_server.casefold()
        if named:
            fitting = (s for s in servers if named in (s.name.casefold(), s.machine_identifier.casefold()))
            return next(fitting, None)
        ours = next((s for s in servers if s.machine_identifier == self.machine_identifier), None)
        return ours or next(iter(servers), None)

    def _none_wanted(self, servers: Sequence[FoundServer]) -> str:
        if self.account_problem is not None:
            return self.account_problem
        if servers:
            return "The account owns no server with the name or machine identifier in MEDIANEST_PLEX_SERVER."
        return "The account that MEDIANEST_PLEX_TOKEN belongs to owns no server."

    async def _remembered(self) -> list[KnownServer]:
        try:
            return await self._known.all(account_tokens=self.account.tokens)
        except Exception as error:
            log.warning("plex_way_not_read", error=type(error).__name__, exc_info=not is_outage(error))
            return []

    def _tell(self, server: FoundServer, winner: Probe | None, failed: Sequence[Probe]) -> None:
        log.info(
            "plex_way_chosen" if winner else "plex_way_not_found",
            server=server.name,
            way=winner.candidate.way.value if winner else None,
            failed=[f"{probe.candidate.way}: {probe.problem}" for probe in failed],
        )

    def manual(self) -> Candidate | None:
        return Candidate(self._settings.plex_url, Way.MANUAL) if self.is_manual else None
