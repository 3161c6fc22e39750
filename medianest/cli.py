"""The command line. Each command reads the settings and hands over; what goes wrong is said without a stack trace."""

import asyncio
import gc
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from medianest.admin import admin
from medianest.errors import Refused, SetupError
from medianest.keeping.commands import register as register_keeping
from medianest.parts import register as register_parts
from medianest.settings_file import settings as settings_file

app = typer.Typer(
    name="medianest",
    help="A self-hosted portal for a household around a Plex server.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(admin)
app.add_typer(settings_file)
register_keeping(app)
register_parts(app)

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME]...", help="Services; all when none is named.")
]

Beside = Annotated[
    bool,
    typer.Option(
        "--beside", help="Two versions will run side by side: on the bus, what is allowed stays allowed."
    ),
]


@app.command()
def run(
    names: Names = None,
    processes: Annotated[
        bool, typer.Option("--processes", help="Each service in a process of its own.")
    ] = False,
    migrate_first: Annotated[bool, typer.Option("--migrate/--no-migrate", hidden=True)] = True,
    ready_file: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Start everything, or only the services named, and run until Ctrl-C."""
    from medianest_common.without import without_extras

    with without_extras():
        from medianest import running
    from medianest.installation import read_settings
    from medianest_common.logging import configure

    settings = read_settings()
    configure(settings)
    _await(
        running.run(
            names or (),
            settings=settings,
            say=_say,
            processes=processes,
            migrate_first=migrate_first,
            ready_file=ready_file,
        )
    )


@app.command()
def demo() -> None:
    """Start everything with a pretend household, on a throw-away data folder."""
    from medianest.demo import show

    _await(show(say=_say))


@app.command()
def migrate(names: Names = None) -> None:
    """Bring the tables of all services, or of those named, up to date, and make the streams that are missing."""
    from medianest import registry, running
    from medianest.installation import reachable, read_settings
    from medianest.operator_bus import prepare_bus
    from medianest_common.logging import configure

    settings = read_settings()
    configure(settings)

    async def work() -> None:
        async with reachable(settings) as present:
            await running.migrate(registry.services(names or ()), settings=present)
            _say("The tables are up to date.")
            # A service that is new would otherwise wait for the gateway, which an upgrade replaces last.
            await prepare_bus(present)
            _say("The streams of the bus are there.")

    _await(work())


@app.command()
def doctor() -> None:
    """Say in words what is wrong with this installation, and how to mend it."""
    from medianest.doctor import examine, show

    _log_only_errors()
    findings = _await(examine())
    show(findings)
    raise typer.Exit(0 if all(finding.fine for finding in findings) else 1)


@app.command()
def schemas(folder: Annotated[Path, typer.Argument(help="Where to write one file per message.")]) -> None:
    """Write the JSON Schema of every message that crosses a border."""
    from medianest.documents import write_schemas

    _say(f"{write_schemas(folder)} schemas in {folder}")


@app.command()
def openapi() -> None:
    """Print the OpenAPI document of the HTTP API."""
    from medianest.documents import openapi_document, print_document

    _log_only_errors()
    print_document(_await(openapi_document()))


@app.command()
def asyncapi() -> None:
    """Print the AsyncAPI document of everything on the bus."""
    from medianest import registry
    from medianest.asyncapi import asyncapi_document
    from medianest.documents import print_document

    print_document(asyncapi_document(registry.services()))


@app.command()
def secrets(
    folder: Annotated[Path, typer.Argument(help="Where the services look for theirs.")],
    database: Annotated[Path, typer.Option(help="Where the database server looks for its password.")],
    bus: Annotated[
        Path | None, typer.Option(help="Where NATS looks for its users, and each of them for its key.")
    ] = None,
    beside: Beside = False,
) -> None:
    """Make the secrets of an installation in containers, those that are missing."""
    from medianest.containers import write_secrets

    made = write_secrets(folder, database=database, bus=bus, beside=beside)
    _say(f"Made: {', '.join(made)}." if made else "All were there.")


@app.command()
def systemd(
    install: Annotated[bool, typer.Option("--install", help="Write it where systemd looks for it.")] = False,
) -> None:
    """Print the unit that starts this installation at boot: as root one of the system, else one of this user."""
    from medianest.systemd import NAME, ensure_reachable, unit, unit_file

    for_user = os.geteuid() != 0
    text = unit(for_user=for_user)
    if not install:
        print(text, end="")
        return
    if not for_user:
        ensure_reachable(Path(sys.prefix), Path(sys.base_prefix).resolve())
    path = unit_file(for_user=for_user)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    _say(f"Written to {path}. To start it now and at every boot:")
    if for_user:
        _say(
            f"  systemctl --user daemon-reload && systemctl --user enable --now {NAME} && loginctl enable-linger"
        )
    else:
        _say(f"  systemctl daemon-reload && systemctl enable --now {NAME}")


@app.command()
def nats_users(
    folder: Annotated[Path, typer.Argument(help="Where the keys go, and what nats-server has to include.")],
    beside: Beside = False,
) -> None:
    """Make a user of a NATS server of your own for each service, those that are missing."""
    from medianest.bus_users import write_users

    made = write_users(folder, beside=beside)
    _say(f"Keys made for {', '.join(made)}." if made else "All keys were there.")
    _say(f"nats-server includes {folder / 'server' / 'users.conf'}; MEDIANEST_NATS_SEEDS_DIR is {folder}.")


@app.command(hidden=True)
def bus_permissions() -> None:
    """Write what each service may do on the bus, as the code has it."""
    from medianest.bus_users import write_permissions

    _say(f"written to {write_permissions()}")


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    print(installed("medianest"))


def main() -> None:
    gc.disable()
    from medianest_common.settings import SettingsError

    try:
        app()
    except (SetupError, SettingsError) as error:
        from rich.console import Console

        console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
        heading = "This was not done." if isinstance(error, Refused) else "MediaNest cannot go on."
        console.print(heading, style="bold red")
        console.print(str(error))
        sys.exit(1)


def _await[T](work: Coroutine[Any, Any, T]) -> T:
    gc.enable()
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


def _log_only_errors() -> None:
    """For commands whose answer is what they print; also where the settings cannot be read."""
    from medianest_common.logging import configure
    from medianest_common.settings import Settings

    configure(Settings.model_construct(log_level="error"))


def _say(text: str) -> None:
    print(text, flush=True)
