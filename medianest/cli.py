"""The command line. Each command reads the settings and hands over; what goes wrong is said without a stack trace."""

import asyncio
import gc
import json
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from medianest.admin import admin
from medianest.errors import Refused, SetupError

app = typer.Typer(
    name="medianest",
    help="A self-hosted portal for a household around a Plex server.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(admin)

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME]...", help="Services; all when none is named.")
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
    """Bring the tables of all services, or of those named, up to date."""
    from medianest import registry, running
    from medianest.installation import reachable, read_settings
    from medianest_common.logging import configure

    settings = read_settings()
    configure(settings)

    async def work() -> None:
        async with reachable(settings) as present:
            await running.migrate(registry.services(names or ()), settings=present)

    _await(work())
    _say("The tables are up to date.")


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
    from medianest.documents import openapi_document

    _log_only_errors()
    _print_document(_await(openapi_document()))


@app.command()
def asyncapi() -> None:
    """Print the AsyncAPI document of everything on the bus."""
    from medianest import registry
    from medianest.asyncapi import asyncapi_document

    _print_document(asyncapi_document(registry.services()))


@app.command()
def secrets(
    folder: Annotated[Path, typer.Argument(help="Where the services look for theirs.")],
    database: Annotated[Path, typer.Option(help="Where the database server looks for its password.")],
) -> None:
    """Make the secrets of an installation in containers, those that are missing."""
    from medianest.containers import write_secrets

    made = write_secrets(folder, database=database)
    _say(f"Made: {', '.join(made)}." if made else "All were there.")


@app.command()
def healthcheck() -> None:
    """Say by the exit status whether the service that runs here can work; for a container's health check."""
    from medianest.containers import is_ready
    from medianest.installation import read_settings

    raise typer.Exit(0 if is_ready(read_settings()) else 1)


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


def _print_document(document: dict[str, Any]) -> None:
    """Whole: an unbuffered `stdout` (`python -u`) drops the rest when its process is stopped in the middle."""
    with open(sys.stdout.fileno(), "w", encoding="utf-8", closefd=False) as out:
        print(json.dumps(document, indent=1), file=out)


def _say(text: str) -> None:
    print(text, flush=True)
