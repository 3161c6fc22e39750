"""Quotas of one's own, and the rules by which requests approve themselves."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from medianest_common.db import Repository
from medianest_media.models import ApprovalRule, OwnQuota

_ONE_AT_A_TIME = 4_711_003
"""The lock under which the list of rules is changed."""


class OwnQuotas(Repository[OwnQuota]):
    model = OwnQuota


class Rules(Repository[ApprovalRule]):
    model = ApprovalRule

    async def alone(self) -> None:
        """Until this transaction ends nobody else changes the list, so that no two take one place in it."""
        await self.session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))

    async def in_order(self) -> Sequence[ApprovalRule]:
        statement = select(ApprovalRule).order_by(ApprovalRule.position, ApprovalRule.id)
        return (await self.session.scalars(statement)).all()


async def read_own_quota(session: AsyncSession | AsyncConnection, user_id: UUID) -> OwnQuota | None:
    columns = OwnQuota.__table__.c
    row = (await session.execute(select(*columns).where(columns.user_id == user_id))).mappings().one_or_none()
    return OwnQuota(**row) if row is not None else None
