"""The keys that sign access tokens: one signs, the next is announced long before it does, old ones fade out."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from joserfc.jwk import OKPKey
from sqlalchemy import or_, select, text

from medianest_auth.models import SigningKey
from medianest_common.clock import Clock, uuid7
from medianest_common.contracts.auth import KeysChanged
from medianest_common.db import Database, Transaction
from medianest_common.security.encryption import Cell, Cipher, Undecryptable, UnknownKey
from medianest_common.security.jwt import AccessTokenIssuer, new_signing_key

log = structlog.get_logger()

ROTATE_AFTER = timedelta(days=30)
PUBLISHED_AFTER_RETIREMENT = timedelta(minutes=15)
"""The life of an access token, leeway, and the minute for which a replica may still sign with what it has read."""
_READ_AGAIN_AFTER = 60.0
_LOCK = text("select pg_advisory_xact_lock(7316, 101)")


class SigningKeys:
    def __init__(self, db: Database, *, cipher: Cipher, issuer: str, clock: Clock) -> None:
        self._db = db
        self._cipher = cipher
        self._issuer = issuer
        self._clock = clock
        self._current: AccessTokenIssuer | None = None
        self._read_at = 0.0

    async def ensure(self) -> None:
        """Make the first keys. Keys that the keyring can no longer open are retired: only their tokens suffer."""
        async with self._db.transaction() as tx:
            await tx.session.execute(_LOCK)
            present = await _unretired(tx)
            readable = [key for key in present if self._open(key) is not None]
            if len(readable) == 2:
                return
            now = self._clock.now()
            for key in present:
                key.retired_at = now
            await tx.session.flush()
            tx.session.add_all([self._new(active=True), self._new(active=False)])
            tx.emit(KeysChanged())

    async def rotate(
        self, *, older_than: timedelta = ROTATE_AFTER, announced_for: timedelta = timedelta()
    ) -> str | None:
        """The next key becomes the current one, once that has signed and the next has been announced for long enough.
        Returns the id of the key that signs now; None if it was too soon."""
        async with self._db.transaction() as tx:
            await tx.session.execute(_LOCK)
            now = self._clock.now()
            current, following = sorted(await _unretired(tx), key=lambda key: key.active_since is None)
            assert current.active_since is not None
            if now - current.active_since < older_than or now - following.created_at < announced_for:
                return None
            current.retired_at = now
            await tx.session.flush()
            following.active_since = now
            await tx.session.flush()
            tx.session.add(self._new(active=False))
            tx.emit(KeysChanged())
        self.forget()
        log.info("signing_keys_rotated", key_id=following.key_id)
        return following.key_id

    async def replace(self) -> str:
        """New keys in place of all there are. Their tokens are refused from now on, so everybody refreshes: for keys
        that somebody else may have."""
        async with self._db.transaction() as tx:
            await tx.session.execute(_LOCK)
            now = self._clock.now()
            for key in await _published(tx, now=now):
                key.retired_at = now - PUBLISHED_AFTER_RETIREMENT
            await tx.session.flush()
            current = self._new(active=True)
            tx.session.add_all([current, self._new(active=False)])
            tx.emit(KeysChanged())
        self.forget()
        log.warning("signing_keys_replaced", key_id=current.key_id)
        return current.key_id

    async def current(self) -> AccessTokenIssuer:
        if self._current is None or self._clock.monotonic() - self._read_at > _READ_AGAIN_AFTER:
            async with self._db.transaction() as tx:
                signing = next(key for key in await _unretired(tx) if key.active_since is not None)
            private = self._open(signing)
            if private is None:
                raise UnknownKey()
            self._current = AccessTokenIssuer(private, issuer=self._issuer, clock=self._clock)
            self._read_at = self._clock.monotonic()
        return self._current

    def forget(self) -> None:
        """Read the keys again at the next token."""
        self._current = None

    async def published(self) -> list[dict[str, Any]]:
        oldest = self._clock.now() - PUBLISHED_AFTER_RETIREMENT
        statement = (
            select(SigningKey.public)
            .where(or_(SigningKey.retired_at.is_(None), SigningKey.retired_at > oldest))
            .order_by(SigningKey.created_at)
        )
        async with self._db.read() as connection:
            return list((await connection.execute(statement)).scalars())

    def _new(self, *, active: bool) -> SigningKey:
        key, row_id, now = new_signing_key(), uuid7(), self._clock.now()
        private = json.dumps(key.as_dict(private=True))
        return SigningKey(
            id=row_id,
            key_id=key.kid,
            public=key.as_dict(private=False),
            private_sealed=self._cipher.seal(private, cell=Cell("signing_keys", "private_sealed", row_id)),
            created_at=now,
            active_since=now if active else None,
        )

    def _open(self, key: SigningKey) -> OKPKey | None:
        try:
            private = self._cipher.open_text(
                key.private_sealed, cell=Cell("signing_keys", "private_sealed", key.id)
            )
        except (UnknownKey, Undecryptable):
            log.error("signing_key_unreadable", key_id=key.key_id)
            return None
        return OKPKey.import_key(json.loads(private))


async def _published(tx: Transaction, *, now: datetime) -> Sequence[SigningKey]:
    published = or_(SigningKey.retired_at.is_(None), SigningKey.retired_at > now - PUBLISHED_AFTER_RETIREMENT)
    return (await tx.session.execute(select(SigningKey).where(published))).scalars().all()


async def _unretired(tx: Transaction) -> Sequence[SigningKey]:
    return (
        (await tx.session.execute(select(SigningKey).where(SigningKey.retired_at.is_(None)))).scalars().all()
    )
