"""Accounts for everybody who has access to the Plex server, before they have signed in for the first time.

They are found later by Plex's own number, like everybody who comes with Plex. Whoever owns the server is not made a
second account: they have one, or get it by signing in.
"""

from typing import Literal
from uuid import UUID

from sqlalchemy import select

from medianest_auth.accounts import create_user, follow_account
from medianest_auth.adapters.plex_tv import PlexAccount, avatar_of
from medianest_auth.app import AuthApp
from medianest_auth.models import Identity
from medianest_auth.normalising import shown_name, storable
from medianest_auth.repository import PLEX_ISSUER, Users
from medianest_auth.use_cases.welcome_plex_account import external
from medianest_common.bus import require
from medianest_common.contracts.auth import ClientInfo
from medianest_common.contracts.auth.plex_access import (
    ImportPlexMembers,
    ListPlexCandidates,
    PlexCandidate,
    PlexCandidates,
    PlexImport,
    SkippedMember,
    SkipReason,
)
from medianest_common.contracts.identity import Permission, Role
from medianest_common.contracts.plex import MemberKind, ServerMember

type Outcome = Literal["created", "updated", "unchanged"]


async def list_plex_candidates(app: AuthApp, _: ListPlexCandidates) -> PlexCandidates:
    """Who would be made an account, and who would not and why."""
    require(Permission.MANAGE_USERS)
    members = await app.plex_server.members()
    async with app.db.read() as connection:
        statement = select(Identity.subject).where(Identity.issuer == PLEX_ISSUER)
        known = {int(subject) for subject in (await connection.execute(statement)).scalars()}
    new = [member for member in members if member.plex_id not in known]
    return PlexCandidates(
        items=[_candidate(member) for member in new if member.kind is not MemberKind.OWNER],
        skipped=[_skipped(member) for member in new if member.kind is MemberKind.OWNER],
        known=len(members) - len(new),
    )


async def import_plex_members(app: AuthApp, command: ImportPlexMembers) -> PlexImport:
    """A transaction for each, so that whoever signs in meanwhile waits for one account and not for all."""
    actor = require(Permission.MANAGE_USERS)
    outcomes: list[Outcome] = []
    skipped: list[SkippedMember] = []
    for member in await app.plex_server.members():
        outcome = await _import(app, member, command.client, actor_id=actor.user_id)
        if outcome is None:
            skipped.append(_skipped(member))
        else:
            outcomes.append(outcome)
    return PlexImport(
        created=outcomes.count("created"),
        updated=outcomes.count("updated"),
        unchanged=outcomes.count("unchanged"),
        skipped=skipped,
    )


async def _import(
    app: AuthApp, member: ServerMember, client: ClientInfo, *, actor_id: UUID
) -> Outcome | None:
    """None for whoever is skipped."""
    account, now = external(_account(member)), app.clock.now()
    async with app.db.transaction() as tx:
        user = await Users(tx.session).by_identity(account.issuer, account.subject)
        if user is None and member.kind is MemberKind.OWNER:
            return None
        if user is None:
            user = await create_user(tx, account, role=Role.USER, now=now)
            app.audit.record(tx, "user_import", user_id=user.id, actor_id=actor_id, client=client)
            return "created"
        if user.status != "active":
            return "unchanged"
        before = user.version
        await follow_account(tx, user, account, now=now, used=False)
        return "unchanged" if user.version == before else "updated"


def _account(member: ServerMember) -> PlexAccount:
    """Not trusted more than what plex.tv says at a sign-in."""
    email = member.email
    return PlexAccount(
        id=member.plex_id,
        name=shown_name(member.name) or f"Plex {member.plex_id}",
        email=email if email and storable(email) else None,
        avatar_url=avatar_of(member.avatar_url),
        restricted=member.restricted,
    )


def _candidate(member: ServerMember) -> PlexCandidate:
    account = _account(member)
    return PlexCandidate(plex_id=account.id, name=account.name, email=account.email, kind=member.kind)


def _skipped(member: ServerMember) -> SkippedMember:
    return SkippedMember(name=_account(member).name, reason=SkipReason.OWNS_SERVER)
