"""The commands. Each reads its arguments, asks, and says in words what has happened."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from medianest.errors import Refused, SetupError

if TYPE_CHECKING:
    from medianest.admin.asking import Operator
    from medianest_common.contracts.auth.operator import OneTimeAddress

admin = typer.Typer(
    name="admin",
    help="What whoever runs the installation can do without an account in it, whether it is running or not.",
    no_args_is_help=True,
)

Email = Annotated[str, typer.Argument(help="The e-mail address of the account.")]


@admin.command()
def users() -> None:
    """List everybody: role, state, and how they can sign in."""
    from medianest.admin.people import everybody, show

    show(_ask(everybody))


@admin.command()
def reset_link(email: Email) -> None:
    """Print a link that sets a new password, once, within half an hour."""
    from medianest_common.contracts.auth.operator import OperatorMakeResetLink

    _say_link(_ask(lambda auth: auth.ask(OperatorMakeResetLink(email=email))))


@admin.command()
def make_owner(email: Email) -> None:
    """Make somebody the owner, active again if need be, and print a link that sets their password.

    Whoever was the owner is an administrator afterwards.
    """
    from medianest_common.contracts.auth.operator import OperatorMakeOwner

    link = _ask(lambda auth: auth.ask(OperatorMakeOwner(email=email)))
    _say(f"{link.name} is the owner now.")
    _say_link(link)


@admin.command()
def create_owner(email: Email, name: Annotated[str, typer.Option(help="As it is shown.")] = "Owner") -> None:
    """Make a new account that is the owner, and print a link that sets its password.

    Needs neither Plex nor mail. Whoever was the owner is an administrator afterwards.
    """
    from medianest_common.contracts.auth.operator import OperatorCreateOwner

    link = _ask(lambda auth: auth.ask(OperatorCreateOwner(email=email, name=name)))
    _say(f"{link.name} is the owner now.")
    _say_link(link)


@admin.command("reset-2fa")
def reset_second_factor(email: Email) -> None:
    """Take the authenticator app, the passkeys and the recovery codes of somebody away who has lost them."""
    from medianest_common.contracts.auth.operator import OperatorResetSecondFactor

    _ask(lambda auth: auth.ask(OperatorResetSecondFactor(email=email)))
    _say(
        "Done. They are signed out everywhere and sign in without a second factor; tell them to set up a new one."
    )


@admin.command()
def sign_out(
    email: Annotated[str | None, typer.Argument(help="The e-mail address of the account.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody.")] = False,
) -> None:
    """Sign somebody out on every device, or everybody. Personal tokens are not touched."""
    from medianest_common.contracts.auth.operator import OperatorEndSessions

    if (email is None) != everybody:
        raise typer.BadParameter("Name an e-mail address, or say --all.")
    ended = _ask(lambda auth: auth.ask(OperatorEndSessions(email=email)))
    _say(f"{_count(ended.sessions, 'session')} of {_count(ended.people, 'person', 'people')} ended.")


@admin.command()
def unlock(
    email: Annotated[str | None, typer.Argument(help="The e-mail address of the account.")] = None,
    network: Annotated[str | None, typer.Option(help="An IP address that has tried too often.")] = None,
) -> None:
    """Forget counted attempts to sign in, so that somebody who has to wait can try again at once."""
    from medianest_common.contracts.auth.operator import OperatorForgetAttempts

    if email is None and network is None:
        raise typer.BadParameter("Name an e-mail address, or a network with --network.")
    _ask(lambda auth: auth.ask(OperatorForgetAttempts(email=email, network=network)))
    _say("Forgotten. They can try again.")


@admin.command()
def rotate_keys(
    give_up_damaged: Annotated[
        bool, typer.Option("--give-up-damaged", help="Forget the old key even if something does not open.")
    ] = False,
) -> None:
    """Seal every stored secret anew under a new key, while everything runs, and forget the old key.

    Can be run again at any time, also after it was interrupted: it goes on where it was.
    """
    from medianest.admin.rotation import rotate
    from medianest.installation import read_settings

    _run(lambda: rotate(read_settings(), say=_say, give_up_damaged=give_up_damaged))


@admin.command()
def rotate_signing_keys(
    revoke: Annotated[
        bool,
        typer.Option(
            "--revoke",
            help="The present keys may be known to somebody: refuse what they have signed. Nobody is signed out.",
        ),
    ] = False,
) -> None:
    """Sign access tokens with the next key from now on. This happens by itself every thirty days."""
    from medianest_common.contracts.auth.operator import OperatorRotateSigningKeys

    rotated = _ask(lambda auth: auth.ask(OperatorRotateSigningKeys(revoke=revoke)))
    _say(f"Tokens are signed with the key {rotated.key_id} now.")


@admin.command()
def verify_audit(
    noted: Annotated[
        str | None, typer.Option(metavar="NUMBER:HASH", help="What this command said before.")
    ] = None,
) -> None:
    """Check that no entry of the audit log was changed or removed."""
    from medianest.admin.audit import read_whole

    verdict = _ask(lambda auth: read_whole(auth, noted=noted))
    if not verdict.intact:
        raise Refused(f"The audit log was tampered with at entry {verdict.first_broken}: {verdict.problem}")
    _say(f"Intact: entries {verdict.first} to {verdict.up_to}, as they were written.")
    _say(
        "To notice a log that was cut short, note this and pass it next time: "
        f"--noted {verdict.up_to}:{verdict.head_hash}"
    )


@admin.command()
def import_overseerr(
    apply: Annotated[
        bool, typer.Option("--apply", help="Take it over. Without this it is only said what would happen.")
    ] = False,
) -> None:
    """Take over the people and requests of the Overseerr or Seerr that the settings name.

    Can be run again at any time: what was taken over before is not taken over twice.
    """
    from medianest.admin.importing import run_import, show

    show(_ask(lambda media: run_import(media, apply=apply, say=_say), service="media"))


@admin.command("update-ytdlp")
def update_ytdlp(
    version: Annotated[str | None, typer.Argument(help="Such as 2026.10.26; without it, the newest.")] = None,
) -> None:
    """Install a newer yt-dlp, try it out, and use it from the next download on. One that does not work is thrown away.

    YouTube changes often: where downloads fail, this is the first thing to try.
    """
    from medianest.admin.updating import update_ytdlp
    from medianest.installation import read_settings
    from medianest_common.contracts.youtube.tools import is_version

    if version is not None and not is_version(version):
        raise typer.BadParameter("A version is a day, such as 2026.10.26.")
    in_use = _run(lambda: update_ytdlp(read_settings(), version=version))
    _say(f"yt-dlp {in_use} works here and is used from the next download on.")


def _ask[R](question: "Callable[[Operator], Awaitable[R]]", *, service: str = "auth") -> R:
    from medianest.admin.asking import operator
    from medianest.installation import read_settings

    async def work() -> R:
        async with operator(read_settings(), service=service) as asked:
            return await question(asked)

    return _run(work)


def _run[R](work: "Callable[[], Awaitable[R]]") -> R:
    from medianest_common.logging import configure
    from medianest_common.settings import Settings

    configure(Settings.model_construct(log_level="error"))

    async def main() -> R:
        from sqlalchemy.exc import DBAPIError

        try:
            return await work()
        except (DBAPIError, OSError) as error:
            raise SetupError(
                f"A server is not there ({error}). `medianest doctor` says what is wrong with it."
            ) from error

    return asyncio.run(main())


def _say_link(link: "OneTimeAddress") -> None:
    _say(f"Open this before {link.expires_at:%H:%M} UTC; it works once, for whoever has it:")
    _say(link.url)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _say(text: str) -> None:
    typer.echo(text)
