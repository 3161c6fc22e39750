"""argon2id on threads of its own, so that a flood of sign-ins delays neither the event loop nor refreshes."""

import asyncio
import os
import secrets
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from medianest_auth.passwords.turns import Turns

_LESS_URGENT = 10
_SALT, _HASH = 16, 32


def _give_way() -> None:
    """Whoever signs in waits a little longer, so that those who are signed in need not. A thread has a priority of its
    own on Linux only.
    """
    if sys.platform == "linux":
        mine = threading.get_native_id()
        with suppress(OSError):
            present = os.getpriority(os.PRIO_PROCESS, mine)
            os.setpriority(os.PRIO_PROCESS, mine, min(19, present + _LESS_URGENT))


def _hash_of_nothing(*, memory_kib: int, rounds: int) -> str:
    """No password has it, and to find that out takes as long as with any other of these costs."""
    salt, digest = (b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (_SALT, _HASH))
    return f"$argon2id$v=19$m={memory_kib},t={rounds},p=1${salt}${digest}"


class Hasher:
    """At most `threads` hashes at once; whoever would have to wait for too long gets `AuthBusy` (see `Turns`).

    `account` and `network` say for whom the work is, so that none of them takes all the room.
    """

    def __init__(self, *, memory_kib: int, rounds: int, threads: int | None = None) -> None:
        self._argon2 = PasswordHasher(
            time_cost=rounds, memory_cost=memory_kib, parallelism=1, hash_len=_HASH, salt_len=_SALT
        )
        threads = threads or max(1, (os.cpu_count() or 2) - 1)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2", initializer=_give_way)
        self._turns = Turns(at_once=threads)
        self._nobodys = _hash_of_nothing(memory_kib=memory_kib, rounds=rounds)

    async def hash(self, password: str, *, account: str = "", network: str = "") -> str:
        return await self._in_pool(lambda: self._argon2.hash(password), account, network)

    async def verify(
        self, hashed: str | None, password: str | None, *, account: str = "", network: str = ""
    ) -> bool:
        """False for None of either, after the same work as for a wrong password."""
        possible = hashed is not None and password is not None
        against, tried = hashed or self._nobodys, password or ""
        matches = await self._in_pool(lambda: self._matches(against, tried), account, network)
        return matches and possible

    async def is_one_of(self, hashes: Sequence[str], password: str, *, account: str = "") -> bool:
        """One turn for all of them."""
        return await self._in_pool(lambda: any(self._matches(each, password) for each in hashes), account, "")

    def is_outdated(self, hashed: str) -> bool:
        return self._argon2.check_needs_rehash(hashed)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._argon2.verify(hashed, password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False

    async def _in_pool[R](self, work: Callable[[], R], account: str, network: str) -> R:
        turn = await self._turns.take(account=account, network=network)
        # Given back when the thread is free, even if the asker has gone away meanwhile.
        running = asyncio.get_running_loop().run_in_executor(self._pool, work)
        running.add_done_callback(lambda _: self._turns.give_back(turn))
        return await asyncio.shield(running)
