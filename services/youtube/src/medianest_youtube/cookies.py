"""The cookies of an account at YouTube: sealed in the database, and open only for a download that needs them."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select

from medianest_common.clock import uuid7
from medianest_common.db import Database, Transaction
from medianest_common.security.encryption import Cell, Cipher, Undecryptable, UnknownKey
from medianest_youtube.models import AccountCookies

log = structlog.get_logger()

PURPOSE = "youtube-cookies"


class Cookies:
    def __init__(self, db: Database, cipher: Cipher) -> None:
        self._db, self._cipher = db, cipher

    async def load(self) -> str | None:
        """The cookie file; None where an administrator has set none, or it cannot be opened any more."""
        statement = select(AccountCookies.id, AccountCookies.file_sealed)
        async with self._db.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            return None
        try:
            return self._cipher.open_text(row.file_sealed, cell=_cell(row.id))
        except (Undecryptable, UnknownKey):
            log.error("youtube_cookies_cannot_be_opened")
            return None

    async def keep(self, tx: Transaction, file: str, *, now: datetime) -> None:
        """In place of those before."""
        await self.forget(tx)
        key = uuid7()
        sealed = self._cipher.seal(file, cell=_cell(key))
        tx.session.add(AccountCookies(id=key, file_sealed=sealed, set_at=now))

    async def forget(self, tx: Transaction) -> None:
        for row in await tx.session.scalars(select(AccountCookies)):
            await tx.session.delete(row)
        await tx.session.flush()


def _cell(key: UUID) -> Cell:
    return Cell(AccountCookies.__tablename__, "file_sealed", key)
