"""What a service works with: what administrators have set, else what the variables of the installation say."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError
from sqlalchemy import select

from medianest_common.bus.retry import is_outage
from medianest_common.clock import Clock
from medianest_common.contracts.integrations import IntegrationKind
from medianest_common.db import Database
from medianest_common.errors import FieldError, Invalid
from medianest_common.integrations.errors import IntegrationUnknown
from medianest_common.integrations.kinds import Kind, Values
from medianest_common.integrations.rows import cell_of
from medianest_common.security.encryption import Cipher, Undecryptable, UnknownKey
from medianest_common.settings import Settings

log = structlog.get_logger()

FOLLOW_SECONDS = 10.0
"""A replica that did not hear of a change sees it so soon."""
_RETRY_SECONDS = 0.5
_STOP_SECONDS = 2.0

type Apply[S] = Callable[[S], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Stored:
    """A row, opened."""

    values: Values
    enabled: bool
    removed: bool
    origin: str
    place: int
    version: int
    changed_at: datetime
    changed_by: UUID
    problem: str | None = None


class IntegrationStore[S: Settings]:
    """`settings` are those of the installation with what was set since in their place."""

    def __init__(
        self,
        table: type[Any],
        kinds: Sequence[Kind],
        *,
        settings: S,
        db: Database,
        cipher: Cipher,
        clock: Clock,
    ) -> None:
        self.table = table
        self.kinds = kinds
        self.db = db
        self.cipher = cipher
        self.clock = clock
        self.given = settings
        """As the variables say."""
        self.settings = settings
        self.rows: Mapping[IntegrationKind, Stored] = {}
        self._apply: Apply[S] | None = None
        self._was_read = False
        self._reading = asyncio.Lock()

    async def open(self) -> None:
        """Raises nothing: without the database nothing is done either, and it is read as soon as it is back."""
        try:
            self.rows = await self._read()
        except Exception as error:
            log.warning("integrations_not_read", error=repr(error)[:300], exc_info=not is_outage(error))
            return
        self._was_read = True
        self.settings = self._effective()

    @property
    def was_read(self) -> bool:
        """Until then `settings` are those of the installation alone."""
        return self._was_read

    @asynccontextmanager
    async def following(self, apply: Apply[S]) -> AsyncIterator[None]:
        """Within the block every change is applied, whoever made it."""
        self._apply = apply
        task = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task}, timeout=_STOP_SECONDS)

    async def refresh(self) -> bool:
        """Whether something had changed."""
        async with self._reading:
            rows = await self._read()
            self._was_read = True
            if _versions(rows) == _versions(self.rows):
                return False
            self.rows = rows
            self.settings = self._effective()
            if self._apply:
                await self._apply(self.settings)
            log.info("integrations_applied", kinds=sorted(rows))
            return True

    def kind(self, kind: IntegrationKind) -> Kind:
        found = next((each for each in self.kinds if each.kind is kind), None)
        if found is None:
            raise IntegrationUnknown()
        return found

    def values(self, kind: Kind, row: Stored | None) -> Values:
        """Those that count, whether or not it is enabled."""
        return kind.read(self.given) if row is None or row.removed else row.values

    def present(self, kind: IntegrationKind) -> Values | None:
        """None where it is not to be used."""
        row, of = self.rows.get(kind), self.kind(kind)
        values = self.values(of, row)
        return values if of.is_complete(values) and (row is None or row.removed or row.enabled) else None

    def place(self, kind: IntegrationKind) -> int:
        row = self.rows.get(kind)
        return row.place if row else 0

    def settings_with(self, kind: IntegrationKind, values: Values) -> S:
        """As they would be."""
        return self._with(self.kind(kind).write(values))

    def check(self, kind: Kind, values: Values) -> None:
        """Raises `Invalid` where the settings would not take them."""
        try:
            self._with(kind.write(values))
        except ValidationError as error:
            raise Invalid(
                errors=[
                    FieldError(kind.field_of(str(each["loc"][0])), each["msg"].removeprefix("Value error, "))
                    for each in error.errors(include_input=False, include_url=False)
                    if each["loc"]
                ]
            ) from None

    def opened(self, row: Any) -> Stored:
        kind, secret, problem = IntegrationKind(row.kind), "", None
        try:
            if row.secret_sealed is not None:
                secret = self.cipher.open_text(row.secret_sealed, cell=cell_of(kind))
        except (UnknownKey, Undecryptable) as unreadable:
            log.warning("integration_unreadable", kind=kind.value, reason=unreadable.code)
            problem = f"{unreadable.title}. Give it again."
        return Stored(
            values=Values(row.url, secret, row.options),
            enabled=row.enabled,
            removed=row.removed,
            origin=row.origin,
            place=row.place,
            version=row.version,
            changed_at=row.changed_at,
            changed_by=row.changed_by,
            problem=problem,
        )

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(FOLLOW_SECONDS if self._was_read else _RETRY_SECONDS)
            try:
                await self.refresh()
            except Exception as error:
                log.warning("integrations_not_read", error=repr(error)[:300], exc_info=not is_outage(error))

    async def _read(self) -> dict[IntegrationKind, Stored]:
        async with self.db.read() as connection:
            rows = (await connection.execute(select(*self.table.__table__.columns))).all()
        known = {each.kind.value for each in self.kinds}
        return {IntegrationKind(row.kind): self.opened(row) for row in rows if row.kind in known}

    def _effective(self) -> S:
        """What cannot be used takes nothing down: then it is as if it were not there."""
        settings = self.given
        for each in self.kinds:
            row = self.rows.get(each.kind)
            if row is None or row.removed:
                continue
            usable = row.enabled and each.is_complete(row.values)
            try:
                settings = self._with(each.write(row.values if usable else None), base=settings)
            except ValidationError:
                log.warning("integration_unusable", kind=each.kind.value)
                settings = self._with(each.write(None), base=settings)
        return settings

    def _with(self, changes: Mapping[str, Any], *, base: S | None = None) -> S:
        base = base or self.given
        values = {name: getattr(base, name) for name in type(base).model_fields} | dict(changes)
        return type(base)(**values)


def _versions(rows: Mapping[IntegrationKind, Stored]) -> dict[IntegrationKind, int]:
    return {kind: row.version for kind, row in rows.items()}
