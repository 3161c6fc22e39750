"""Who may see what of the server.

Administrators and people without a Plex account see everything. Whoever signs in with Plex sees the libraries that
their own token is shown; if Plex restricts them further, they are shown nothing that was not read with that token.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog

from medianest_common.bus import require_caller
from medianest_common.contracts.plex import MemberRefused
from medianest_common.errors import MediaNestError
from medianest_common.security.encryption import Cell, Undecryptable, UnknownKey
from medianest_plex.adapters.answers import TokenRefused
from medianest_plex.app import PlexApp
from medianest_plex.errors import PlexAccessLost, PlexTokenRefused, PlexUnavailable
from medianest_plex.models import Member
from medianest_plex.repository import Members, member
from medianest_plex.watch import PATIENCE_SECONDS

log = structlog.get_logger()

EVERYTHING = "everything"
SECTIONS_LAST = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Audience:
    """`sections` None means all. `reads_live` is for those who are restricted within the libraries they see."""

    token: str = field(repr=False)
    """The person's own for the server, or the owner's for those who see everything."""
    name: str = EVERYTHING
    """Whose copies of answers these are."""
    sections: frozenset[str] | None = None
    reads_live: bool = False
    plex_answers: bool = True
    """False when Plex was asked just now and did not answer in time."""
    refused: Member | None = field(default=None, repr=False)
    """The member whose access is over if `token` is refused."""

    def may_see(self, section: str) -> bool:
        return self.sections is None or section in self.sections


async def audience(app: PlexApp) -> Audience:
    """What the present caller may see. Raises `PlexAccessLost` when that has to be found out by signing in again."""
    caller = require_caller()
    owner_token = app.plex.token
    if caller.is_admin:
        return Audience(owner_token)
    async with app.db.read() as connection:
        known = await member(connection, caller.user_id)
    if known is None:
        return Audience(owner_token)
    token = _own_token(app, known)
    sections, answered = await _sections(app, known, token)
    return Audience(
        token,
        name=known.user_id.hex if known.restricted else EVERYTHING,
        sections=sections,
        reads_live=known.restricted,
        plex_answers=answered,
        refused=known,
    )


async def own_audience(app: PlexApp) -> Audience | None:
    """The present caller as Plex knows them, whatever their role here; None for people without an account there."""
    caller = require_caller()
    async with app.db.read() as connection:
        known = await member(connection, caller.user_id)
    if known is None:
        return None
    return Audience(_own_token(app, known), name=known.user_id.hex, reads_live=True, refused=known)


async def token_refused(app: PlexApp, whose: Audience) -> MediaNestError:
    """What to raise when Plex did not take the token of this audience."""
    if whose.refused is None:
        return owner_token_refused()
    await _forget(app, whose.refused)
    return _access_lost()


def owner_token_refused() -> MediaNestError:
    return PlexTokenRefused(
        "Plex does not accept MEDIANEST_PLEX_TOKEN any more. The owner has to sign in with Plex once, or an "
        "administrator to give the owner's present token.",
        upstream="Plex",
    )


async def keep_sections_known(app: PlexApp, known: Member) -> None:
    """For whoever has not looked for long. That the server takes their token no more is found out by it."""
    try:
        await _sections(app, known, _own_token(app, known))
    except MediaNestError as error:
        log.info("member_sections_unknown", user_id=str(known.user_id), reason=error.code)


def cell(user_id: UUID) -> Cell:
    return Cell("members", "server_token", user_id)


async def _sections(app: PlexApp, known: Member, token: str) -> tuple[frozenset[str], bool]:
    """The keys, and whether Plex is well as far as this shows."""
    checked_at = known.sections_checked_at
    if known.sections is not None and checked_at and app.clock.now() - checked_at < SECTIONS_LAST:
        return frozenset(known.sections), True
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            seen = await app.plex.pms.sections(token=token)
    except TokenRefused:
        await _forget(app, known)
        raise _access_lost() from None
    except (TimeoutError, MediaNestError) as error:
        if known.sections is not None:
            return frozenset(known.sections), False
        raise PlexUnavailable(
            "Plex does not answer, so it is not known yet which libraries you may see.",
            upstream="Plex",
            retry_after=10,
        ) from error
    keys = [section.key for section in seen]
    async with app.db.transaction() as tx:
        await Members(tx.session).keep_sections(
            known.user_id, token=known.server_token or "", sections=keys, now=app.clock.now()
        )
    return frozenset(keys), True


def _own_token(app: PlexApp, known: Member) -> str:
    if known.server_token is None:
        raise _access_lost()
    try:
        return app.seal.open_text(known.server_token, cell=cell(known.user_id))
    except (UnknownKey, Undecryptable) as unreadable:
        log.warning("member_token_unreadable", user_id=str(known.user_id), reason=unreadable.code)
        raise _access_lost() from None


async def _forget(app: PlexApp, known: Member) -> None:
    log.info("member_access_lost", user_id=str(known.user_id))
    async with app.db.transaction() as tx:
        if await Members(tx.session).forget_access(known.user_id, token=known.server_token or ""):
            tx.emit(MemberRefused(user_id=known.user_id, plex_id=known.plex_id))


def _access_lost() -> PlexAccessLost:
    return PlexAccessLost(
        "Sign in with Plex again, so that Plex can say which libraries are shared with you."
    )
