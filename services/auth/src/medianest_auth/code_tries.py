"""How often somebody may show a code. The limits count over all sign-ins of a person, not for each."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from medianest_auth.app import AuthApp
from medianest_auth.attempts import SECOND_FACTOR, Counters
from medianest_auth.browser import network_of, parse_user_agent
from medianest_auth.challenges import end_challenges
from medianest_auth.errors import TooManyAttempts
from medianest_auth.models import AuditEntry
from medianest_auth.repository import Users
from medianest_common.contracts.auth import ClientInfo
from medianest_common.contracts.auth.second_factor import SecondFactorBlocked
from medianest_common.security.tokens import hash_token

_SHORT_WINDOW = 300.0
"""Whoever must wait longer than this has used up the tries of a day."""
_TOLD_EVERY = timedelta(days=1)
_BLOCKED = "second_factor_blocked"


def code_counter(user_id: UUID, client: ClientInfo, *, known_device: bool) -> Counters:
    """A browser the person has used before has a count of its own, so that nobody else can use it up."""
    device = hash_token(client.device_token).hex() if known_device else ""
    return {f"second-factor:{user_id}:{device}": SECOND_FACTOR}


async def refuse_more(
    app: AuthApp, error: TooManyAttempts, *, user_id: UUID, client: ClientInfo
) -> TooManyAttempts:
    """After the last try of a day every sign-in under way is over, and the person hears of it, once a day."""
    if (error.retry_after or 0) <= _SHORT_WINDOW:
        return error
    since = app.clock.now() - _TOLD_EVERY
    async with app.db.transaction() as tx:
        await Users(tx.session).get(user_id, lock=True)
        await end_challenges(tx, user_id)
        told = select(AuditEntry.id).where(
            AuditEntry.user_id == user_id, AuditEntry.action == _BLOCKED, AuditEntry.at > since
        )
        if (await tx.session.execute(told.limit(1))).first() is None:
            app.audit.record(tx, _BLOCKED, result="refused", user_id=user_id, client=client)
            browser = parse_user_agent(client.user_agent).family
            tx.emit(SecondFactorBlocked(user_id=user_id, browser=browser, place=network_of(client.ip)))
    return TooManyAttempts(
        "There were too many wrong codes today. Sign in again later, or with a passkey.",
        retry_after=error.retry_after,
    )
