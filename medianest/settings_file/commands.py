"""`medianest settings export` and `medianest settings import`."""

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medianest.errors import Refused, SetupError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from medianest.settings_file.house import House
    from medianest.settings_file.part import Outcome

settings = typer.Typer(
    name="settings",
    help="What administrators have set up, as a file that can be read, kept, and taken to another installation.",
    no_args_is_help=True,
)

Secrets = Annotated[
    Path | None,
    typer.Option(
        "--secrets",
        metavar="PASSPHRASE_FILE",
        help="With keys and passwords, encrypted with the passphrase in this file, of 12 letters at least.",
    ),
]


@settings.command("export")
def export_settings(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="One that is not there yet; without it, printed.")
    ] = None,
    secrets: Secrets = None,
) -> None:
    """Write integrations, defaults, rules, quotas, limits, monitors, maintenance, pages, words and profiles; keys and
    passwords only where that is wanted, encrypted."""
    from medianest.settings_file.exporting import export
    from medianest.settings_file.secrets import passphrase_in

    passphrase = passphrase_in(secrets) if secrets else None
    if file is not None and file.exists():
        raise Refused(f"{file} is there already. Name another file, or take that one away.")
    done = _at_home(partial(export, passphrase=passphrase))
    if file is None:
        typer.echo(done.text, nl=False)
    else:
        try:
            # It names addresses and people.
            file.touch(mode=0o600, exist_ok=False)
            file.write_text(done.text, encoding="utf-8")
        except OSError as error:
            raise Refused(f"{file} cannot be written: {error.strerror}.") from None
        how = "with keys and passwords, encrypted" if passphrase else "without keys and passwords"
        typer.echo(f"Written to {file}, {how}. Whoever reads it sees addresses and e-mail addresses.")
    for each in done.left_out:
        typer.echo(f"Not in it: {each}", err=True)
    if not done.is_whole:
        raise typer.Exit(1)


@settings.command("import")
def import_settings(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As `export` writes it.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="Do it. Without this it is only said what would be done.")
    ] = False,
    secrets: Secrets = None,
) -> None:
    """Make what the file says be so here. Nothing is ever taken away, and what is so already is let alone."""
    from medianest.settings_file.document import read
    from medianest.settings_file.importing import check, take_over
    from medianest.settings_file.part import Fate
    from medianest.settings_file.secrets import passphrase_in

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{file} cannot be read: {error}.") from None
    document = read(text, passphrase=passphrase_in(secrets) if secrets else None)
    check(document)
    if document.sealed and not secrets:
        typer.echo("The file holds keys and passwords, encrypted: `--secrets FILE` takes them over.")

    async def work(house: "House") -> "list[Outcome]":
        found: list[Outcome] = []
        async for outcome in take_over(house, document, apply=apply):
            _say(outcome, apply=apply)
            found.append(outcome)
        return found

    found = _at_home(work)
    counts = {fate: sum(each.fate is fate for each in found) for fate in Fate}
    typer.echo(
        f"{counts[Fate.MADE]} made, {counts[Fate.CHANGED]} changed, {counts[Fate.SAME]} left as they are, "
        f"{counts[Fate.REFUSED]} not taken over."
        if apply
        else f"{counts[Fate.MADE]} would be made, {counts[Fate.CHANGED]} changed, {counts[Fate.SAME]} left as they "
        f"are, {counts[Fate.REFUSED]} not taken over. Nothing was changed; run it with --apply to do it."
    )
    if counts[Fate.REFUSED]:
        raise typer.Exit(1)


def _say(outcome: "Outcome", *, apply: bool) -> None:
    from medianest.settings_file.part import Fate

    if outcome.fate is Fate.SAME and not outcome.remarks:
        return
    would = "" if apply or outcome.fate is Fate.REFUSED else "would be "
    named = f"{outcome.path} ({outcome.name})" if outcome.name else outcome.path
    typer.echo(f"{named}: {would}{outcome.fate.value}")
    for remark in outcome.remarks:
        for line in remark.splitlines():
            typer.echo(f"    {line}")


def _at_home[R](work: "Callable[[House], Awaitable[R]]") -> R:
    from medianest.installation import read_settings
    from medianest.settings_file.house import house
    from medianest_common.logging import configure
    from medianest_common.settings import Settings

    configure(Settings.model_construct(log_level="error"))

    async def main() -> R:
        import asyncpg
        from pydantic import ValidationError
        from sqlalchemy.exc import DBAPIError

        try:
            async with house(read_settings()) as found:
                return await work(found)
        except ValidationError as error:
            wrong = error.errors(include_input=False, include_url=False, include_context=False)[0]
            where = ".".join(str(step) for step in wrong["loc"])
            raise Refused(
                f"Something that is here does not fit into a file ({error.title}, {where}: {wrong['msg']}). "
                "Change it in the portal, then run this again."
            ) from None
        except (DBAPIError, OSError) as error:
            raise SetupError(
                f"A server is not there ({error}). `medianest doctor` says what is wrong with it."
            ) from error
        except asyncpg.PostgresError as error:
            raise SetupError(
                f"What is secret could not be read from the database ({error}). Look whether MEDIANEST_DATABASE_URL "
                "and MEDIANEST_SECRET_KEY are those of the running installation; `medianest doctor` says more."
            ) from error

    return asyncio.run(main())
