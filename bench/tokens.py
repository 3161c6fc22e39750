"""Checking an access token, seen before and not, against joserfc by itself doing the least that has to be done."""

import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from bench.table import Row
from medianest_common.clock import SystemClock, uuid7
from medianest_common.contracts.identity import Role
from medianest_common.security.jwt import (
    AUDIENCE,
    AccessTokenIssuer,
    AccessTokenVerifier,
    new_signing_key,
    public_keys,
)

ISSUER = "http://localhost:8585"
ROUNDS = 9
TOKENS = 1_000
CACHED, NEW = 20.0, 150.0


async def measure() -> list[Row]:
    clock, key = SystemClock(), new_signing_key()
    issuer = AccessTokenIssuer(key, issuer=ISSUER, clock=clock)
    verifier = AccessTokenVerifier(issuer=ISSUER, clock=clock)
    published = public_keys([key, new_signing_key()])
    verifier.set_keys(published)
    tokens = [
        issuer.issue(
            user_id=uuid7(),
            session_id=uuid7(),
            role=Role.USER,
            name="Frida",
            permissions_version=1,
            auth_time=clock.now() - timedelta(minutes=3),
            methods=["password", "totp"],
        )
        for _ in range(TOKENS)
    ]
    known = KeySet([OKPKey.import_key(entry) for entry in published["keys"]])
    claims = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": ISSUER}, aud={"essential": True, "value": AUDIENCE}
    )

    async def bare(token: str) -> None:
        claims.validate(jwt.decode(token, known, algorithms=["Ed25519"]).claims)

    # They take turns, so that whatever else the machine does falls on all of them; the median of the rounds counts.
    cached, new, limit = [], [], []
    for _ in range(ROUNDS):
        verifier.set_keys(published)
        new.append(await _each(verifier.verify, tokens))
        cached.append(await _each(verifier.verify, tokens))
        limit.append(await _each(bare, tokens))
    ours, first, least = (statistics.median(rounds) for rounds in (cached, new, limit))
    peer = f"joserfc alone {least:.1f} µs"
    return [
        Row("token check, seen before", f"{ours:.1f} µs", f"≤ {CACHED:.0f} µs", peer, ours <= CACHED),
        Row("token check, never seen", f"{first:.1f} µs", f"≤ {NEW:.0f} µs", peer, first <= NEW),
    ]


async def _each(check: Callable[[str], Awaitable[object]], tokens: Sequence[str]) -> float:
    """Microseconds of CPU: nothing here waits, and other programs must not count."""
    gc.collect()
    started = time.process_time()
    for token in tokens:
        await check(token)
    return (time.process_time() - started) / len(tokens) * 1e6
