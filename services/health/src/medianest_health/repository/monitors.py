"""What is watched."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, case, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.clock import uuid7
from medianest_common.db import Repository
from medianest_health.catalogue import Watched
from medianest_health.models import Monitor
from medianest_health.repository.standings import Standings

_AUTOMATIC = select(Monitor.id, Monitor.key, Monitor.enabled, Monitor.target).where(
    Monitor.origin == "automatic"
)


class Monitors(Repository[Monitor]):
    model = Monitor

    async def match(
        self, watched: Sequence[Watched], *, undecided: Collection[str] = (), now: datetime
    ) -> None:
        """Make the table say what is watched now. Others keep their history, unseen.

        What an administrator may decide about one is only set when it is made. Of `undecided` keys nobody knows yet
        whether `watched` says how they are: what is known of them stays as it is.
        """
        before = {row.key: row for row in await self.session.execute(_AUTOMATIC)}
        anew: set[UUID] = set()
        for position, each in enumerate(watched):
            was = before.get(each.key)
            if was and each.key not in undecided and not (was.enabled and was.target == each.target):
                anew.add(was.id)
            told = {"kind": each.kind, "target": each.target, "enabled": True}
            statement = upsert(Monitor).values(
                id=uuid7(),
                key=each.key,
                name=each.name,
                visibility=each.visibility,
                position=position,
                created_at=now,
                updated_at=now,
                origin="automatic",
                paused=False,
                config={},
                interval_seconds=20,
                timeout_seconds=5,
                failures=2,
                out_of=3,
                successes=2,
                inverted=False,
                renamed=False,
                version=1,
                **told,
            )
            is_called_otherwise = and_(~Monitor.renamed, Monitor.name != each.name)
            differs = or_(
                is_called_otherwise, *(getattr(Monitor, name) != value for name, value in told.items())
            )
            name = case((Monitor.renamed, Monitor.name), else_=each.name)
            await self.session.execute(
                statement.on_conflict_do_nothing()
                if each.key in undecided
                else statement.on_conflict_do_update(
                    index_elements=[Monitor.key],
                    set_={**told, "name": name, "updated_at": now},
                    where=differs,
                )
            )
        if anew:
            await Standings(self.session).begin_anew(anew, now=now, elsewhere=True)
        keys = [*undecided, *(each.key for each in watched)]
        await self.session.execute(
            update(Monitor)
            .where(Monitor.key.not_in(keys), Monitor.enabled, Monitor.origin == "automatic")
            .values(enabled=False)
        )
