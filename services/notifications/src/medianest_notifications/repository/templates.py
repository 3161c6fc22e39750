"""Administrators' wordings, and who reads in which language."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from medianest_common.db import Repository
from medianest_notifications.models import TemplateOverride
from medianest_notifications.rendering import Overrides, Rendered, Wording, render

_SPOKEN = text("""
    select t.user_id, coalesce(p.locale, r.locale) as locale, coalesce(p.zone, r.zone, :household_zone) as zone
    from unnest(cast(:user_ids as uuid[])) as t (user_id)
    left join preferences p on p.user_id = t.user_id
    left join recipients r on r.user_id = t.user_id
""")
_FAILURE_EVERY = timedelta(minutes=1)

type Key = tuple[str, str, str]
"""Type, locale and channel of a template."""


class Tongue(NamedTuple):
    """None where the person has chosen no language."""

    locale: str | None
    zone: str


class Saying(NamedTuple):
    type: str
    values: dict[str, Any]
    to: Mapping[UUID, Tongue]


class TemplateOverrides(Repository[TemplateOverride]):
    model = TemplateOverride

    async def of(self, types: Collection[str]) -> Overrides:
        o = TemplateOverride
        statement = select(o.type, o.locale, o.channel, o.title, o.body).where(o.type.in_(types))
        rows = (await self.session.execute(statement)).all()
        return {(row.type, row.locale, row.channel): Wording(row.title, row.body) for row in rows}

    async def put(
        self, key: Key, wording: Wording, *, seen: int | None, by: UUID, now: datetime
    ) -> int | None:
        """Its version from now on. None where `seen` is not the version it has."""
        row = await self.get(key, lock=True)
        if seen is not None and (row is None or row.version != seen):
            return None
        kind, locale, channel = key
        values = {"title": wording.title, "body": wording.body, "updated_at": now, "updated_by": by}
        values |= {"failed_at": None, "failure": None}
        made = upsert(TemplateOverride).values(type=kind, locale=locale, channel=channel, version=1, **values)
        statement = made.on_conflict_do_update(
            index_elements=["type", "locale", "channel"],
            set_=values | {"version": TemplateOverride.version + 1},
        ).returning(TemplateOverride.version)
        return int((await self.session.execute(statement)).scalar_one())

    async def note_failures(self, failures: Mapping[Key, str], *, now: datetime) -> None:
        """Once a minute and template, so that many notifications do not wait for one row."""
        o = TemplateOverride
        for (kind, locale, channel), failure in sorted(failures.items()):
            is_old = or_(o.failed_at.is_(None), o.failed_at < now - _FAILURE_EVERY)
            await self.session.execute(
                update(o)
                .where(o.type == kind, o.locale == locale, o.channel == channel, is_old)
                .values(failed_at=now, failure=failure)
            )

    async def disown(self, user_id: UUID) -> int:
        o = TemplateOverride
        left = await self.session.execute(update(o).where(o.updated_by == user_id).values(updated_by=None))
        return int(left.rowcount)  # type: ignore[attr-defined]


async def tongues_of(
    session: AsyncSession | AsyncConnection, user_ids: Collection[UUID], *, household_zone: str
) -> Mapping[UUID, Tongue]:
    """Whoever has no zone of their own lives in the household's."""
    values = {"user_ids": list(user_ids), "household_zone": household_zone}
    rows = (await session.execute(_SPOKEN, values)).all()
    return {row.user_id: Tongue(row.locale, row.zone) for row in rows}


async def worded(
    session: AsyncSession, sayings: Sequence[Saying], *, overrides: Overrides, now: datetime
) -> list[Mapping[UUID, Rendered]]:
    """What each person reads of each saying in the inbox. It is put into each language and zone once, however many
    people share them."""
    failures: dict[Key, str] = {}

    def put(saying: Saying) -> Mapping[UUID, Rendered]:
        said = {
            tongue: render(
                saying.type,
                saying.values,
                locale=tongue.locale,
                zone=tongue.zone,
                overrides=overrides,
                report=failures.setdefault,
            )
            for tongue in set(saying.to.values())
        }
        return {user_id: said[tongue] for user_id, tongue in saying.to.items()}

    words = [put(saying) for saying in sayings]
    await TemplateOverrides(session).note_failures(failures, now=now)
    return words
