"""The tokens of the owner's account: the one in the settings, and one that was given since.

Whoever owns the server gives a new one by signing in with Plex, and administrators may give one by hand. The later of
the two is used; the other one still is when that is refused.
"""

import asyncio
from hashlib import sha256
from hmac import digest
from uuid import NAMESPACE_OID, UUID, uuid5

import structlog
from sqlalchemy import select

from medianest_common.bus.retry import is_outage
from medianest_common.clock import Clock
from medianest_common.db import Database, Repository, Transaction
from medianest_common.security.encryption import Cell, Cipher, Undecryptable, UnknownKey
from medianest_plex.models import GivenAccount
from medianest_plex.settings import PlexSettings

log = structlog.get_logger()

_ROW = uuid5(NAMESPACE_OID, "owner of the server")
_CELL = Cell("owner_accounts", "token", _ROW)


class GivenAccounts(Repository[GivenAccount]):
    model = GivenAccount


class OwnerAccount:
    def __init__(
        self, db: Database, *, settings: PlexSettings, seal: Cipher, digest_key: bytes, clock: Clock
    ) -> None:
        self._db = db
        self._seal = seal
        self._digest_key = digest_key
        self._clock = clock
        self._server_in_settings = settings.plex_server
        self._in_settings = settings.usable_token
        self._given = ""
        self._given_for: str | None = None
        self._is_later = False
        self._refused = set[str]()
        self._was_read = False
        self._reading = asyncio.Lock()

    def settle(self, settings: PlexSettings) -> None:
        """Takes effect with the next `read`."""
        self._server_in_settings = settings.plex_server
        self._in_settings = settings.usable_token

    @property
    def tokens(self) -> list[str]:
        """The one to use first; those that were refused come last."""
        both = (self._given, self._in_settings) if self._is_later else (self._in_settings, self._given)
        known = [token for token in dict.fromkeys(both) if token]
        return sorted(known, key=self._refused.__contains__)

    @property
    def token(self) -> str:
        return next(iter(self.tokens), "")

    @property
    def server(self) -> str | None:
        """The machine identifier of the one that was chosen after the settings were made."""
        return self._given_for if self._is_later else None

    def token_for(self, machine_identifier: str | None) -> str:
        """For the server at an address that somebody has written down. What was given for one goes to no other."""
        if self._given and machine_identifier != self._given_for:
            return self._in_settings
        return self.token

    def refuse(self, token: str) -> bool:
        """Returns whether there is another one to try."""
        self._refused.add(token)
        if self._refused >= set(self.tokens):
            self._refused.clear()  # Refusals pass too: the next look begins with the first again.
            return False
        return True

    async def read(self) -> None:
        """What was given, by whichever replica it was taken. Raises nothing."""
        # One after another, so that what was seen earlier never takes the place of what was seen later.
        async with self._reading:
            await self._read()

    async def _read(self) -> None:
        try:
            async with self._db.read() as connection:
                row = (await connection.execute(select(*GivenAccount.__table__.columns))).mappings().first()
        except Exception as error:
            log.warning("owner_account_not_read", error=type(error).__name__, exc_info=not is_outage(error))
            return
        self._was_read = True
        self._refused.clear()
        self._given, self._given_for, self._is_later = "", None, False
        if row is None:
            return
        try:
            self._given = self._seal.open_text(row["token"], cell=_CELL)
        except (UnknownKey, Undecryptable) as unreadable:
            log.warning("owner_token_unreadable", reason=unreadable.code)
            return
        self._given_for = row["machine_identifier"]
        self._is_later = row["instead_of"] == self._digest()

    async def read_once(self) -> None:
        if not self._was_read:
            await self.read()

    async def give(
        self, token: str, *, machine_identifier: str, tx: Transaction, user_id: UUID | None = None
    ) -> None:
        """Takes effect with the next `read`."""
        await GivenAccounts(tx.session).upsert(
            {
                "id": _ROW,
                "machine_identifier": machine_identifier,
                "token": self._seal.seal(token, cell=_CELL),
                "instead_of": self._digest(),
                "user_id": user_id,
                "given_at": self._clock.now(),
            },
            keys=["id"],
        )

    def _digest(self) -> str:
        text = f"{self._in_settings}\n{self._server_in_settings}"
        return digest(self._digest_key, text.encode(), sha256).hex()
