"""How what is cached lies in Valkey: under which names, and what stands before its bytes.

Stamps are random and never absent from an entry, so that one lost to eviction brings nothing back.
"""

import math
import secrets
import struct
from collections.abc import Sequence
from typing import NamedTuple

_STAMP_BYTES = 8
_APART_SECONDS = 60.0
"""As far as the clocks of replicas may be."""
_TIMES = struct.Struct(">dd")
_HEADER = struct.Struct(f"{_TIMES.format}{_STAMP_BYTES}s{_STAMP_BYTES}s")
# Acts only while the lease is still ours: an invalidation during the load takes it away.
FINISH = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
if ARGV[2] ~= '' then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1
"""
# Whoever loads at this moment has lost the lease with it.
PUT = """
local head = ARGV[1]
for place = 3, 4 do
    redis.call('SET', KEYS[place], ARGV[2], 'NX')
    head = head .. redis.call('GET', KEYS[place])
end
redis.call('SET', KEYS[1], head .. ARGV[3], 'PX', ARGV[4])
redis.call('DEL', KEYS[2])
"""


class Names:
    def __init__(self, service: str) -> None:
        self._service = service

    def entry(self, key: str) -> str:
        return f"cache:{self._service}:entry:{key}"

    def lease(self, key: str) -> str:
        return f"cache:{self._service}:lease:{key}"

    def stamp(self, tag: str) -> str:
        """The empty tag is on every entry."""
        return f"cache:{self._service}:stamp:{tag}"


class Found(NamedTuple):
    value: bytes
    is_fresh: bool


def fresh_mark() -> bytes:
    return secrets.token_bytes(_STAMP_BYTES)


def packed_times(*, fresh_until: float, stale_until: float) -> bytes:
    """What `PUT` puts before stamps and value."""
    return _TIMES.pack(fresh_until, stale_until)


def packed(value: bytes, stamps: Sequence[bytes], *, fresh_until: float, stale_until: float) -> bytes:
    return _HEADER.pack(fresh_until, stale_until, *stamps) + value


def found_in(entry: bytes, stamps: Sequence[bytes], *, now: float, ttl: float = math.inf) -> Found | None:
    """None where it has been dropped, is too old, or is fresh for longer than anything with this `ttl`: it is from
    before the clock was set back."""
    fresh_until, stale_until, *stored = _HEADER.unpack_from(entry)
    if stored != list(stamps) or now >= stale_until or fresh_until > now + ttl + _APART_SECONDS:
        return None
    return Found(entry[_HEADER.size :], now < fresh_until)
