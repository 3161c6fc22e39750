"""`medianest backup` and `medianest restore`."""

import signal
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from medianest.keeping.backup import Taken
    from medianest.keeping.settings import KeepingSettings


def backup(
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="A file that is not there yet, or a folder; without it, the folder of the settings.",
        ),
    ] = None,
    encrypt: Annotated[
        bool | None,
        typer.Option(
            "--encrypt/--plain", help="With the passphrase in MEDIANEST_BACKUP_PASSPHRASE(_FILE), or not."
        ),
    ] = None,
    prune: Annotated[
        bool,
        typer.Option(
            "--prune",
            help="As it is made by itself: older ones are removed as the settings say, and administrators hear of a "
            "failure.",
        ),
    ] = False,
    daily: Annotated[
        bool,
        typer.Option("--daily", help="Go on for ever, with one a day, beside services that run elsewhere."),
    ] = False,
    report: Annotated[bool, typer.Option("--report", hidden=True)] = False,
    by: Annotated[str, typer.Option("--by", hidden=True)] = "command",
    since: Annotated[str | None, typer.Option("--since", hidden=True)] = None,
) -> None:
    """Write everything that cannot be had again into one file, while MediaNest runs or not.

    Whoever has the file has everything: keep it where nobody else reads it, or encrypt it.
    """
    from medianest.errors import BeingMade, MadeMeanwhile
    from medianest.keeping.folder import Record
    from medianest.keeping.progress import BEING_MADE
    from medianest.keeping.rules import prune as remove_superfluous
    from medianest.keeping.settings import read_keeping
    from medianest_common.contracts.keeping import BackupOrigin

    settings = read_keeping()
    if daily:
        _every_day(settings)
        return
    passphrase = settings.passphrase
    if encrypt and passphrase is None:
        raise typer.BadParameter("Set MEDIANEST_BACKUP_PASSPHRASE_FILE or MEDIANEST_BACKUP_PASSPHRASE.")
    if encrypt is False:
        passphrase = None
    try:
        taken = _run(
            _backed_up(
                settings,
                target,
                passphrase=passphrase,
                tells=prune,
                reports=report,
                since=datetime.fromisoformat(since) if since else None,
            )
        )
    except MadeMeanwhile as made:
        _say(str(made))
        return
    except BeingMade as made:
        _say(str(made))
        raise typer.Exit(BEING_MADE) from None
    if target is None or target.is_dir():
        # The backup is whole without what is noted down beside it.
        with suppress(OSError):
            Record(
                bytes=taken.bytes,
                seconds=round(taken.seconds, 1),
                rows=taken.rows,
                version=taken.about.version,
                origin=BackupOrigin(by),
            ).write(taken.path)
    _say(f"{taken.path}: {_size(taken.bytes)}, {taken.rows} rows, {taken.waiting} messages that waited.")
    for service, head in taken.newer.items():
        _say(
            f"A newer version has been here: the tables of the {service} service are at migration {head}. Only a "
            "version that has it can restore this backup, and this one cannot."
        )
    if passphrase is None:
        _say("It is not encrypted and holds all keys: whoever has it has everything.")
    # Who makes one by hand, before trying something, wants to have those that are there as well.
    if prune and by != BackupOrigin.ADMINISTRATOR:
        for gone in remove_superfluous(settings):
            _say(f"Removed {gone.name}.")


def restore(
    file: Annotated[Path, typer.Argument(help="What `medianest backup` wrote.")],
    force: Annotated[
        bool, typer.Option("--force", help="Also where something is: it is put aside, and nothing is lost.")
    ] = False,
) -> None:
    """Make the installation what it was when this backup was taken. All services have to be stopped."""
    from medianest.keeping.restore import restore
    from medianest.keeping.settings import read_keeping

    settings = read_keeping()
    restored = _run(restore(settings, file, passphrase=settings.passphrase, force=force))
    about = restored.about
    _say(
        f"Restored as of {about.taken_at:%Y-%m-%d %H:%M:%S} UTC (MediaNest {about.version}): {restored.rows} rows, "
        f"{restored.waiting} messages that waited."
    )
    for name in restored.put_aside:
        _say(f"What was there before is in {name} now; delete it once you need it no more.")
    for name in restored.left_beside:
        _say(f"The settings file of the backup is {name}; nothing reads it there.")


async def _backed_up(
    settings: "KeepingSettings",
    target: Path | None,
    *,
    passphrase: str | None,
    tells: bool,
    reports: bool,
    since: datetime | None,
) -> "Taken":
    from medianest.errors import BeingMade, MadeMeanwhile, SetupError
    from medianest.keeping.backup import back_up
    from medianest.keeping.progress import Progress, tell_nobody
    from medianest.keeping.telling import tell_administrators
    from medianest_common.clock import SystemClock

    def report(progress: Progress) -> None:
        _say(progress.model_dump_json())

    async def tell(problem: str | None) -> None:
        if tells:
            await tell_administrators(settings, problem=problem, clock=SystemClock())

    try:
        taken = await back_up(
            settings,
            target or _folder(settings),
            passphrase=passphrase,
            since=since,
            tell=report if reports else tell_nobody,
        )
    except (BeingMade, MadeMeanwhile):
        raise
    except SetupError as error:
        await tell(str(error))
        raise
    except Exception as error:
        await tell(f"It broke ({type(error).__name__}); the log has the rest.")
        raise
    await tell(None)
    return taken


def _folder(settings: "KeepingSettings") -> Path:
    """Only our own is made: in place of one on a disk that is not mounted, another would fill the system's."""
    from medianest.errors import Refused

    folder = settings.folder
    try:
        if settings.backup_dir is None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        elif not folder.is_dir():
            raise Refused(
                f"There is no folder {folder}, which MEDIANEST_BACKUP_DIR names. Look whether its disk is mounted; if "
                "it is to be a new one, make it."
            )
    except OSError as error:
        raise Refused(f"The folder {folder} cannot be used: {error.strerror}.") from None
    return folder


def _every_day(settings: "KeepingSettings") -> None:
    import asyncio

    from medianest.keeping.schedule import every_day
    from medianest_common.clock import SystemClock
    from medianest_common.logging import configure

    configure(settings)
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_ended_by_sigterm(every_day(settings, clock=SystemClock())))


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)


def _run[R](work: Coroutine[Any, Any, R]) -> R:
    import asyncio

    from medianest.errors import SetupError
    from medianest_common.logging import configure
    from medianest_common.settings import Settings

    configure(Settings.model_construct(log_level="error"))

    async def main() -> R:
        import asyncpg

        try:
            return await work
        except (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError, TimeoutError) as error:
            raise SetupError(
                f"The database could not be used ({error or type(error).__name__}). `medianest doctor` says what is "
                "wrong with it."
            ) from error

    try:
        return asyncio.run(_ended_by_sigterm(main()))
    except asyncio.CancelledError:
        raise typer.Exit(128 + signal.SIGTERM) from None


async def _ended_by_sigterm[R](work: Coroutine[Any, Any, R]) -> R:
    """As by Ctrl-C: what is half done is taken away."""
    import asyncio

    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.1f} kB"


def _say(text: str) -> None:
    typer.echo(text)
