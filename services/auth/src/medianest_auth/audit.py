"""Who came in, who did not, and why: a row for each, without anything secret."""

from dataclasses import dataclass
from uuid import UUID

from medianest_auth.browser import address_of, parse_user_agent
from medianest_auth.models import AuditEntry
from medianest_common.clock import Clock, uuid7
from medianest_common.contracts.auth import ClientInfo, SignInMethod
from medianest_common.db import Transaction


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
    ) -> None:
        """`user_id` is whom it is about, `actor_id` who did it where that is somebody else, `target` such as `invite:<id>`."""
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
            ip=address_of(client.ip) if client else "",
            browser=parse_user_agent(client.user_agent).family if client else "",
        )
        tx.session.add(entry)
