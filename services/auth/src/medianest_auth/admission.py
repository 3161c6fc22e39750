"""What every way of signing in ends with: a session, or the question for a second factor."""

from datetime import timedelta

import structlog

from medianest_auth.app import AuthApp
from medianest_auth.models import Challenge, User
from medianest_auth.repository import Challenges, Factors
from medianest_auth.sessions import Started, deny, signed_in, start_session
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import (
    ClientInfo,
    SecondFactorAsked,
    SignInMethod,
    SignInResult,
)
from medianest_common.db import Transaction
from medianest_common.security.jwt import AccessTokenIssuer
from medianest_common.security.tokens import hash_token, new_token

log = structlog.get_logger()

CHALLENGE_LASTS = timedelta(minutes=5)


async def admit(
    app: AuthApp, tx: Transaction, user: User, *, method: SignInMethod, client: ClientInfo, remember: bool
) -> Started | SecondFactorAsked:
    """For an active user whose row is locked and whose first factor was right. A passkey is both factors in one."""
    methods = await Factors(tx.session).of(user.id)
    if not methods or method is SignInMethod.PASSKEY:
        return await start_session(app, tx, user, method=method, client=client, remember=remember)
    challenge_id, now = new_token(), app.clock.now()
    await Challenges(tx.session).add(
        Challenge(
            id=uuid7(),
            purpose="second_factor",
            token_hash=hash_token(challenge_id),
            binding_hash=hash_token(client.browser_binding),
            user_id=user.id,
            method=str(method),
            remember=remember,
            tries=0,
            created_at=now,
            expires_at=now + CHALLENGE_LASTS,
        )
    )
    return SecondFactorAsked(
        challenge_id=challenge_id, methods=methods, expires_in=int(CHALLENGE_LASTS.total_seconds())
    )


async def admitted(
    app: AuthApp, issuer: AccessTokenIssuer, outcome: Started | SecondFactorAsked
) -> SignInResult:
    """After the commit."""
    if isinstance(outcome, SecondFactorAsked):
        return SignInResult(second_factor=outcome)
    await deny(app, outcome.ended)
    log.info("signed_in", user_id=str(outcome.user.id), method=outcome.session.method)
    return SignInResult(
        signed_in=signed_in(
            app,
            issuer,
            outcome.user,
            outcome.session,
            refresh_token=outcome.refresh_token,
            device_token=outcome.device_token,
            plex_linked=outcome.plex_linked,
        )
    )
