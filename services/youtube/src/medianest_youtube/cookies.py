"""The cookies of an account at YouTube: sealed in the database, and open only for a download that needs them."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import func, select

from medianest_common.clock import uuid7
from medianest_common.db import Database, Transaction
from medianest_common.security.encryption import Cell, Cipher, Undecryptable, UnknownKey
from medianest_youtube.models import AccountCookies

log = structlog.get_logger()

_ALONE = func.pg_advisory_xact_lock(func.hashtextextended("youtube cookies", 0))


@dataclass(frozen=True, slots=True)
class Kept:
    """`file` is None where it cannot be opened any more."""

    file: str | None = field(repr=False)
    set_at: datetime


class Cookies:
    def __init__(self, db: Database, cipher: Cipher) -> None:
        self._db, self._cipher = db, cipher

    async def load(self) -> str | None:
        """The cookie file; None where an administrator has set none, or it cannot be opened any more."""
        kept = await self.kept()
        return kept.file if kept else None

    async def kept(self) -> Kept | None:
        statement = select(AccountCookies.id, AccountCookies.file_sealed, AccountCookies.set_at)
        async with self._db.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            return None
        try:
            return Kept(self._cipher.open_text(row.file_sealed, cell=_cell(row.id)), row.set_at)
        except (Undecryptable, UnknownKey):
            log.error("youtube_cookies_cannot_be_opened")
            return Kept(None, row.set_at)

    async def keep(self, tx: Transaction, file: str, *, now: datetime) -> None:
        """In place of those before. Of several at once the last one stays."""
        await tx.session.execute(select(_ALONE))
        await self.forget(tx)
        key = uuid7()
        sealed = self._cipher.seal(file, cell=_cell(key))
        tx.session.add(AccountCookies(id=key, file_sealed=sealed, set_at=now))

    async def forget(self, tx: Transaction) -> None:
        for row in await tx.session.scalars(select(AccountCookies)):
            await tx.session.delete(row)
        await tx.session.flush()


def _cell(key: UUID) -> Cell:
    return Cell("account_cookies", "file_sealed", key)
