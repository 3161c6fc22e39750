"""The owner's servers as they were reached last, kept for restarts while plex.tv is away."""

from collections.abc import Sequence
from hashlib import sha256
from hmac import compare_digest, digest
from typing import NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

import structlog
from sqlalchemy import select

from medianest_common.clock import Clock
from medianest_common.db import Database, Repository
from medianest_common.security.encryption import Cell, Cipher, Undecryptable, UnknownKey
from medianest_plex.adapters.plex_tv import FoundServer
from medianest_plex.candidates import Candidate, Way
from medianest_plex.models import Connection

log = structlog.get_logger()


class KnownServer(NamedTuple):
    """`other_account`: found with another account token than those known now, the first of which opens it."""

    server: FoundServer
    url: str
    other_account: bool


class _Connections(Repository[Connection]):
    model = Connection


class KnownServers:
    def __init__(self, db: Database, *, seal: Cipher, digest_key: bytes, clock: Clock) -> None:
        self._db = db
        self._seal = seal
        self._digest_key = digest_key
        self._clock = clock

    async def all(self, *, account_tokens: Sequence[str]) -> list[KnownServer]:
        """The one used last first."""
        async with self._db.read() as connection:
            rows = await connection.execute(
                select(*Connection.__table__.columns).order_by(Connection.chosen_at.desc())
            )
            found = [Connection(**row) for row in rows.mappings()]
        return [self._known(row, account_tokens) for row in found]

    async def remember(self, server: FoundServer, *, url: str, account_token: str) -> None:
        row = _id(server.machine_identifier)
        async with self._db.transaction() as tx:
            await _Connections(tx.session).upsert(
                {
                    "id": row,
                    "machine_identifier": server.machine_identifier,
                    "name": server.name,
                    "url": url,
                    "candidates": [[each.url, each.way.value] for each in server.candidates],
                    "token": self._seal.seal(server.token, cell=_cell(row)),
                    "account": self._digest(account_token),
                    "chosen_at": self._clock.now(),
                },
                keys=["id"],
            )

    def _known(self, row: Connection, account_tokens: Sequence[str]) -> KnownServer:
        same = any(compare_digest(row.account, self._digest(token)) for token in account_tokens)
        token = next(iter(account_tokens), "")
        if same:
            try:
                token = self._seal.open_text(row.token, cell=_cell(row.id))
            except (UnknownKey, Undecryptable) as unreadable:
                log.warning("server_token_unreadable", reason=unreadable.code)
        candidates = [Candidate(url, Way(way)) for url, way in row.candidates]
        server = FoundServer(row.machine_identifier, row.name, token, candidates)
        return KnownServer(server, row.url, other_account=not same)

    def _digest(self, account_token: str) -> str:
        return digest(self._digest_key, account_token.encode(), sha256).hex()


def _id(machine_identifier: str) -> UUID:
    return uuid5(NAMESPACE_OID, machine_identifier)


def _cell(row: UUID) -> Cell:
    return Cell("connections", "token", row)
