"""A small service that does one of everything, so that the ground can be tested without a subject of its own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from medianest_common.bus import Handlers, Raw, Reach, current, use
from medianest_common.bus.handlers import Heard
from medianest_common.contracts.base import Command, Contract, Event, Job, Nothing, Query
from medianest_common.db import TYPES, Database, Transaction, service_metadata
from medianest_common.errors import Conflict, Unavailable
from medianest_common.service import Runtime, Service
from medianest_common.settings import Settings


class Echo(Contract):
    text: str
    correlation_id: str = ""


class SayAgain(Query[Echo]):
    text: str


class Sleep(Query[Nothing]):
    seconds: float


class Refuse(Command[Nothing]):
    how: str


class GetBytes(Query[Nothing]):
    pass


class Write(Command[Nothing]):
    text: str
    then_fail: bool = False


class NoteWritten(Event):
    text: str


class PagePrinted(Event):
    text: str


class Work(Job):
    text: str


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = TYPES


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    text: Mapped[str] = mapped_column(unique=True)


@dataclass
class App:
    db: Database
    heard: list[str] = field(default_factory=list)
    listened: list[str] = field(default_factory=list)
    worked: list[str] = field(default_factory=list)
    fail_next: list[Exception] = field(default_factory=list)
    seen_correlations: list[str] = field(default_factory=list)
    together: list[list[str]] = field(default_factory=list)
    """Pages, by the transaction in which they were heard of; those that failed as well."""
    causes: list[str | None] = field(default_factory=list)
    """What led to what was done about each page after the commit."""
    unprintable: str = ""
    """Hearing of this page fails, and with it the transaction."""
    out_of_reach: str = ""
    """The same for a while: as if something were down for this page alone."""
    ticks: int = 0
    asleep: int = 0
    """How often it was asked to sleep."""
    work_seconds: float = 0
    work_gate: asyncio.Event | None = None
    """Work waits for it."""
    begun: int = 0
    """How often some work was begun."""
    gate: asyncio.Event | None = None
    """Events wait for it, each in its transaction."""
    at_the_gate: int = 0
    """How many have come to it."""


handlers = Handlers("sample")


@handlers.rpc
async def say_again(query: SayAgain, app: App) -> Echo:
    return Echo(text=query.text, correlation_id=current().correlation_id)


@handlers.rpc
async def sleep(query: Sleep, app: App) -> Nothing:
    app.asleep += 1
    await asyncio.sleep(query.seconds)
    return Nothing()


@handlers.rpc
async def refuse(command: Refuse, app: App) -> Nothing:
    if command.how == "conflict":
        raise Conflict("It is taken.", existing="abc")
    raise ZeroDivisionError("the secret inside")


@handlers.rpc
async def get_bytes(query: GetBytes, app: App) -> Raw:
    return Raw(b"\x89PNG", content_type="image/png")


@handlers.rpc
async def write(command: Write, app: App) -> Nothing:
    async with app.db.transaction() as tx:
        tx.session.add(Note(text=command.text))
        tx.emit(NoteWritten(text=command.text))
        tx.enqueue(Work(text=command.text))
        await tx.session.flush()
        if command.then_fail:
            raise Conflict("Changed my mind.")
    return Nothing()


@handlers.on(NoteWritten)
async def hear(event: NoteWritten, app: App, tx: Transaction) -> None:
    if app.gate:
        app.at_the_gate += 1
        await app.gate.wait()
    if app.fail_next:
        raise app.fail_next.pop(0)
    app.seen_correlations.append(current().correlation_id)
    app.heard.append(event.text)


@handlers.on_together(PagePrinted)
async def hear_together(heard: Sequence[Heard[PagePrinted]], app: App, tx: Transaction) -> None:
    if app.gate:
        await app.gate.wait()
    app.together.append([each.event.text for each in heard])
    if app.fail_next:
        raise app.fail_next.pop(0)
    for each in heard:
        tx.session.add(Note(text=each.event.text))
        await tx.session.flush()
        if each.event.text == app.unprintable:
            raise Conflict("No such ink.")
        if each.event.text == app.out_of_reach:
            raise Unavailable("Nobody prints there.")
        with use(each.context):
            tx.after_commit(partial(_told, app))


async def _told(app: App) -> None:
    app.causes.append(current().causation_id)


@handlers.listen(NoteWritten)
async def overhear(event: NoteWritten, app: App) -> None:
    app.listened.append(event.text)


@handlers.job(concurrency=2, ack_wait=4)
async def work(job: Work, app: App) -> None:
    app.begun += 1
    if app.work_gate:
        await app.work_gate.wait()
    if app.work_seconds:
        await asyncio.sleep(app.work_seconds)
    if app.fail_next:
        raise app.fail_next.pop(0)
    app.worked.append(job.text)


@handlers.every(0.05)
async def tick(app: App) -> None:
    app.ticks += 1


APPS: list[App] = []
"""Every application that was opened, newest last: one for each replica a test runs."""


@asynccontextmanager
async def open_app(runtime: Runtime[Settings]) -> AsyncIterator[App]:
    app = App(db=runtime.db)
    APPS.append(app)
    yield app


SAMPLE = Service(
    name="sample",
    handlers=handlers,
    open_app=open_app,
    reach=Reach(keeps_streams=True),
    metadata=Base.metadata,
    migrations="libs.common.tests.sample_migrations",
)


async def notes(app: App) -> list[str]:
    async with app.db.read() as connection:
        return list((await connection.execute(select(Note.text).order_by(Note.id))).scalars())


async def event_ids(app: App) -> list[UUID]:
    async with app.db.read() as connection:
        inbox = app.db.metadata.tables["inbox"]
        return list((await connection.execute(select(inbox.c.event_id))).scalars())
