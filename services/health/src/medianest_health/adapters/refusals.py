"""Passwords that were refused. None of them is tried again: whoever guesses too often is locked out."""

import asyncio
import contextlib
import hmac
from collections import defaultdict

from redis.asyncio import Redis
from redis.exceptions import RedisError

_SECONDS = 1.0
_KEPT_SECONDS = 400 * 86_400


class Refusals:
    """Remembered by a keyed hash of the system, the name and the password, for every replica and over restarts.

    Where Valkey does not answer, each process knows of its own.
    """

    def __init__(self, *, secret: bytes, valkey: Redis | None = None) -> None:
        self._secret = secret
        self._valkey = valkey
        self._known: set[str] = set()
        self._only_here: set[str] = set()
        """What Valkey could not be told of yet."""
        self.one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """A lock for each: two who try at once would not know of each other."""

    def fingerprint(self, *parts: str) -> str:
        text = "\0".join(parts).encode("utf-8", "surrogatepass")
        return hmac.digest(self._secret, text, "sha256").hex()

    async def knows(self, fingerprint: str) -> bool:
        try:
            async with asyncio.timeout(_SECONDS):
                if self._valkey is None:
                    return fingerprint in self._known
                found = bool(await self._valkey.exists(_key(fingerprint)))
        except (RedisError, OSError):
            return fingerprint in self._known
        if not found and fingerprint in self._only_here:
            await self.remember(fingerprint)
            return True
        (self._known.add if found else self._known.discard)(fingerprint)
        return found

    async def remember(self, fingerprint: str) -> None:
        self._known.add(fingerprint)
        if self._valkey is not None:
            self._only_here.add(fingerprint)
            with contextlib.suppress(RedisError, OSError):
                async with asyncio.timeout(_SECONDS):
                    await self._valkey.set(_key(fingerprint), b"1", ex=_KEPT_SECONDS)
                self._only_here.discard(fingerprint)

    async def forget(self, fingerprint: str) -> None:
        self._known.discard(fingerprint)
        self._only_here.discard(fingerprint)
        if self._valkey is not None:
            with contextlib.suppress(RedisError, OSError):
                async with asyncio.timeout(_SECONDS):
                    await self._valkey.delete(_key(fingerprint))


def _key(fingerprint: str) -> str:
    return f"health:refused:{fingerprint}"
