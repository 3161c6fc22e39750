"""How many codes somebody has had sent, and how many have gone to one target."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select, text

from medianest_common.clock import uuid7
from medianest_common.db import Repository
from medianest_notifications.models import CodeSend

MOST_OF_PERSON, PERSON_WITHIN = 10, timedelta(hours=1)
MOST_TO_TARGET, TARGET_WITHIN = 5, timedelta(days=1)
"""Of all persons together: whoever does not want them cannot say so."""

_TAKE_TURNS = text("select pg_advisory_xact_lock(hashtextextended('channel-codes', 0))")


class CodeSends(Repository[CodeSend]):
    model = CodeSend

    async def full_until(self, user_id: UUID, fingerprint: str, *, now: datetime) -> datetime | None:
        """When another may be sent; None where that is now. Whoever asks has their turn until the transaction ends."""
        await self.session.execute(_TAKE_TURNS)
        limits = (
            (CodeSend.user_id == user_id, MOST_OF_PERSON, PERSON_WITHIN),
            (CodeSend.fingerprint == fingerprint, MOST_TO_TARGET, TARGET_WITHIN),
        )
        ends = [await self._full_until(of, most, within, now=now) for of, most, within in limits]
        return max((end for end in ends if end is not None), default=None)

    async def _full_until(
        self, of: ColumnElement[bool], most: int, within: timedelta, *, now: datetime
    ) -> datetime | None:
        counted = select(CodeSend.sent_at).where(of, CodeSend.sent_at > now - within)
        oldest = counted.order_by(CodeSend.sent_at.desc()).offset(most - 1).limit(1)
        found = (await self.session.execute(oldest)).scalar_one_or_none()
        return found + within if found is not None else None

    async def note(self, user_id: UUID, fingerprint: str, *, now: datetime) -> None:
        await self.add(CodeSend(id=uuid7(), user_id=user_id, fingerprint=fingerprint, sent_at=now))

    async def forget(self, *, now: datetime) -> None:
        await self.delete(CodeSend.sent_at <= now - max(PERSON_WITHIN, TARGET_WITHIN))
