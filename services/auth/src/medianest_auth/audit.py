"""Who came in, who did not, who changed what, and why: a row for each, without anything secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from prometheus_client import Counter

from medianest_auth.browser import address_of, network_of, parse_user_agent
from medianest_auth.models import AuditEntry, AuditPlace, SignInAttempt
from medianest_common.clock import Clock, uuid7
from medianest_common.contracts.auth import ClientInfo, SignInMethod
from medianest_common.db import Transaction

SIGN_INS = Counter("medianest_sign_ins_total", "Tries to sign in, by way and outcome.", ["way", "outcome"])
SIGN_IN = "sign_in"
SECOND_FACTOR = "second_factor"


@dataclass(frozen=True, slots=True)
class Audit:
    """Writes into a transaction, so that what is recorded is what happened."""

    clock: Clock

    def record(
        self,
        tx: Transaction,
        action: str,
        *,
        result: str = "ok",
        reason: str | None = None,
        method: SignInMethod | str | None = None,
        user_id: UUID | None = None,
        actor_id: UUID | None = None,
        target: str | None = None,
        session_id: UUID | None = None,
        client: ClientInfo | None = None,
        unusual: Sequence[str] = (),
    ) -> None:
        """`user_id` is whom it is about, `actor_id` who did it where that is somebody else, `target` what it was done
        to, such as `invite:<id>`. A `sign_in`, and a second factor that was refused, become part of the person's own
        history as well, with what was `unusual` about it."""
        entry = AuditEntry(
            id=uuid7(),
            at=self.clock.now(),
            action=action,
            result=result,
            reason=reason,
            method=str(method) if method else None,
            user_id=user_id,
            actor_id=actor_id,
            target=target,
            session_id=session_id,
        )
        tx.session.add(entry)
        if client:
            tx.session.add(
                AuditPlace(
                    entry_id=entry.id,
                    at=entry.at,
                    ip=address_of(client.ip),
                    browser=parse_user_agent(client.user_agent).family,
                )
            )
        if action == SIGN_IN or (action == SECOND_FACTOR and result != "ok"):
            tx.session.add(_attempt(entry, client or ClientInfo(), unusual))
            _count(tx, method=entry.method or "unknown", outcome=result)


def _count(tx: Transaction, *, method: str, outcome: str) -> None:
    async def count() -> None:
        SIGN_INS.labels(method, outcome).inc()

    tx.after_commit(count)


def _attempt(entry: AuditEntry, client: ClientInfo, unusual: Sequence[str]) -> SignInAttempt:
    browser = parse_user_agent(client.user_agent)
    return SignInAttempt(
        id=entry.id,
        at=entry.at,
        user_id=entry.user_id,
        method=entry.method or "",
        result=entry.result,
        reason=entry.reason,
        session_id=entry.session_id,
        network=network_of(client.ip),
        browser=browser.family,
        platform=browser.platform,
        unusual=list(unusual),
    )
