"""`medianest admin rotate-keys`: every stored secret sealed anew under a new key, while everything runs.

The services follow the keyring's file by themselves: they read it again before they seal, and when they meet a key
that they do not know. So from the moment at which the new key stands in the file nothing new is sealed under the old
one, except by a transaction that had begun before; those are waited for. Only then the old key goes.

Whatever interrupts this leaves a keyring with several keys, under which everything opens, and the next run goes on.
"""

import asyncio
import fcntl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from medianest import registry, running
from medianest.admin.asking import operator_on, patience_with
from medianest.admin.work_waiting import sealed_work_waiting
from medianest.errors import Refused
from medianest.installation import reachable
from medianest_common.settings import PREFIX, Settings

if TYPE_CHECKING:
    from medianest_common.db.database import Database
    from medianest_common.db.sealed import Resealed, SealedColumn
    from medianest_common.security.encryption import KeyRing

type Say = Callable[[str], None]

_GRACE_SECONDS = 2.0
"""Between sealing something and beginning the transaction that stores it."""
_LONGEST_SECONDS = 120.0
"""The database itself ends a transaction in which nothing happens after a minute."""
_ROUND_SECONDS = 0.1


async def rotate(settings: Settings, *, say: Say, give_up_damaged: bool = False) -> None:
    from medianest_common.lifecycle import load_keys

    with _alone(settings):
        ring = load_keys(settings)
        ours = settings.secret_key is None
        if not ring.old and not ours:
            raise Refused(_add_it_yourself(ring, settings))
        patience = patience_with(settings)
        async with reachable(settings) as present, operator_on(present, patience=patience) as auth:
            # Or a service that has not started yet would have no tables to look into.
            if present.database_url:
                await running.migrate(registry.services(), settings=present)
            if ring.old:
                say(f"Going on with the rotation to the key {ring.primary}.")
            else:
                ring = _add_key(ring, settings, say=say)
            async with _databases(present, ring) as databases:
                damaged = await _seal_anew(databases, ring, say=say)
                waiting = await sealed_work_waiting(present, databases.values(), keys=ring.old)
            if damaged and not give_up_damaged:
                raise Refused(
                    f"{damaged} stored secrets do not open, so the old key stays. If nobody needs them any more, run "
                    "this again with --give-up-damaged."
                )
            if waiting:
                raise Refused(
                    f"Everything stored is sealed under the new key, but {waiting} letters and other work under way "
                    "are sealed under the old one, so it stays. Run this again when they are done."
                )
            from medianest_common.contracts.auth.operator import OperatorNoteKeyRotation

            await auth.ask(OperatorNoteKeyRotation(key_id=ring.primary))
            if ours:
                _drop_old(ring, settings, say=say)
            else:
                say(_drop_it_yourself(ring, settings))


def _add_key(ring: "KeyRing", settings: Settings, *, say: Say) -> "KeyRing":
    from medianest_common.lifecycle import keyring_file
    from medianest_common.security.encryption import KeyRing

    ring.rotated().save(keyring_file(settings))
    fresh = KeyRing.load(keyring_file(settings))
    say(f"The new key is {fresh.primary}.")
    return fresh


def _drop_old(ring: "KeyRing", settings: Settings, *, say: Say) -> None:
    from medianest_common.lifecycle import keyring_file

    dropped = ", ".join(ring.old)
    ring.without_old().save(keyring_file(settings))
    say(f"Nothing is sealed under {dropped} any more, so it opens nothing from now on.")
    say("Backups from before need the keyring from before; keep it with them, and away from here.")


def _variable(settings: Settings) -> str:
    file = settings.file_of("secret_key")
    return f"the file {file}" if file else f"{PREFIX}SECRET_KEY"


def _add_it_yourself(ring: "KeyRing", settings: Settings) -> str:
    fresh = ring.rotated()
    then = (
        "The services notice by themselves."
        if settings.file_of("secret_key")
        else "Then start all services anew, together."
    )
    return (
        f"The keys stand in {_variable(settings)}, which is yours to change. Put this in front of what is there, with "
        f"a comma or a new line behind it:\n\n    {fresh.entry(fresh.primary)}\n\n{then} "
        "After that run this command again: it seals everything anew under the first key."
    )


def _drop_it_yourself(ring: "KeyRing", settings: Settings) -> str:
    from medianest_common.security.encryption.keyring import DERIVE_ONLY

    removable = [key_id for key_id in ring.old if key_id != ring.root]
    sentences = [f"Nothing is sealed under {', '.join(ring.old)} any more. In {_variable(settings)}:"]
    if removable:
        sentences.append(f"remove {', '.join(removable)};")
    if ring.root in ring.old:
        sentences.append(
            f"write ` {DERIVE_ONLY}` behind the entry {ring.root}, which stays the last one: other secrets of the "
            "installation are derived from it."
        )
    return " ".join(sentences)


@asynccontextmanager
async def _databases(settings: Settings, ring: "KeyRing") -> AsyncIterator[dict[str, "Database"]]:
    """Of all services that have one, each opened as its service opens it."""
    from medianest_common.clock import SystemClock
    from medianest_common.db.database import open_database
    from medianest_common.lifecycle import database_url_of

    async with AsyncExitStack() as stack:
        databases: dict[str, Database] = {}
        for service in registry.services():
            if service.metadata is None:
                continue
            databases[service.name] = open_database(
                database_url_of(service, settings, keys=ring),
                metadata=service.metadata,
                service=service.name,
                clock=SystemClock(),
                pool_size=2,
            )
            stack.push_async_callback(databases[service.name].close)
        yield databases


async def _seal_anew(databases: Mapping[str, "Database"], ring: "KeyRing", *, say: Say) -> int:
    """Twice: what is there, and then what transactions have brought that had begun before the new key was known.

    Returns how many values do not open although their key is there.
    """
    from medianest_common.db.sealed import database_time, sealed_columns

    places = [(name, db, column) for name, db in databases.items() for column in sealed_columns(db.metadata)]
    begun = {name: await database_time(databases[name]) for name, _, _ in places}
    for name, db, column in places:
        passed = await _exhaust(db, column, ring)
        say(f"{name}: {column}: {passed.done} sealed anew")
        if passed.lost:
            say(f"{name}: {column}: {passed.lost} were sealed under a key that is gone, and stay as they are")
        if passed.damaged:
            say(f"{name}: {column}: {passed.damaged} do not open with their key, and stay as they are")
    await asyncio.sleep(_GRACE_SECONDS)
    for name, moment in begun.items():
        await _until_over(name, databases[name], since=moment)
    damaged = [(await _exhaust(db, column, ring)).damaged for _, db, column in places]
    return sum(damaged)


async def _exhaust(db: "Database", column: "SealedColumn", ring: "KeyRing") -> "Resealed":
    """Until nothing is left that any key of ours opens."""
    from medianest_common.db.sealed import Resealed, remaining, reseal

    cipher = ring.cipher(column.purpose)
    done, idle_since = 0, None
    while True:
        passed = await reseal(db, column, cipher)
        done += passed.done
        if await remaining(db, column, cipher) <= passed.lost + passed.damaged:
            return Resealed(done, passed.lost, passed.damaged)
        now = asyncio.get_running_loop().time()
        idle_since = now if passed.done or idle_since is None else idle_since
        if now - idle_since > _LONGEST_SECONDS:
            raise Refused(
                f"Somebody holds rows of {column} for minutes. The old key stays; run this again later."
            )
        await asyncio.sleep(_ROUND_SECONDS)


async def _until_over(name: str, db: "Database", *, since: object) -> None:
    from medianest_common.db.sealed import still_open

    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            while await still_open(db, since=since):
                await asyncio.sleep(_ROUND_SECONDS)
    except TimeoutError:
        raise Refused(
            f"A transaction of the {name} service has been open for minutes, so it is not known what it seals. The "
            "old key stays; run this again later."
        ) from None


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    path = settings.data_dir / "secrets" / "rotation.lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("The keys are being rotated already, in another window.") from None
        yield
