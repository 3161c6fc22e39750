"""See whether everybody who came with Plex may still use the server, and let go of those who may not.

Only a definite no ends anything: the complete list of who has access, twice, some minutes apart, without this person;
or once, when the server itself has refused their token. Whatever else plex.tv says, or does not say, ends nothing. When
everybody is gone at once, which is how a fault would look, the second look waits until the next regular one.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select

from medianest_auth.app import AuthApp
from medianest_auth.challenges import end_challenges
from medianest_auth.models import Identity, PersonalToken, Session, User
from medianest_auth.plex_access import CheckTimes, Linked, PlexIdentities, linked_accounts
from medianest_auth.repository import Sessions, Users
from medianest_auth.sessions import deny, deny_token, end_sessions
from medianest_common.contracts.auth import RevocationReason, SessionRevoked, SignInMethod
from medianest_common.contracts.auth.standing import PlexAccessLost
from medianest_common.contracts.plex import MemberRefused
from medianest_common.db import Transaction
from medianest_common.errors import MediaNestError

log = structlog.get_logger()

CHECK_EVERY = timedelta(hours=6)
LOOK_AGAIN_AFTER = timedelta(minutes=3)
TRY_AGAIN_AFTER = timedelta(minutes=5)
STALE_AFTER = timedelta(hours=24)
_CLAIMED_FOR = timedelta(minutes=2)
_MANY = 3
"""So many and nobody else: rather a fault of plex.tv than a decision of the owner."""


async def check_plex_access_when_due(app: AuthApp) -> None:
    """Once for all replicas, and once more for whatever was called for meanwhile."""
    while True:
        asked_at = app.clock.now()
        until = asked_at + _CLAIMED_FOR
        async with app.db.transaction() as tx:
            ours = await CheckTimes(tx).claim(now=asked_at, until=until)
        if not ours:
            return
        due = await _check(app, asked_at=asked_at)
        async with app.db.transaction() as tx:
            await CheckTimes(tx).settle(due, claimed_until=until)


def check_soon(app: AuthApp) -> None:
    """Somebody's access was not confirmed for long; nobody waits for it."""

    async def check() -> None:
        now = app.clock.now()
        async with app.db.transaction() as tx:
            await CheckTimes(tx).call_for(now, unless_before=now + TRY_AGAIN_AFTER)
        await check_plex_access_when_due(app)

    app.checking.start(check)


async def member_refused(app: AuthApp, event: MemberRefused, tx: Transaction) -> None:
    """The server does not take somebody's token. That may be a new password; plex.tv knows."""
    now = app.clock.now()
    if not await PlexIdentities(tx.session).refused(str(event.plex_id), now=now):
        return
    await CheckTimes(tx).call_for(now, unless_before=now)

    async def check() -> None:
        app.checking.start(lambda: check_plex_access_when_due(app))

    tx.after_commit(check)


def is_stale(identity: Identity, user: User, *, now: datetime) -> bool:
    """Whether this person's access should have been confirmed by now, if it matters."""
    if user.role == "owner" or identity.access_lost_at is not None:
        return False
    return identity.checked_at is None or now - identity.checked_at > STALE_AFTER


async def _check(app: AuthApp, *, asked_at: datetime) -> datetime:
    """When to check next."""
    async with app.db.read() as connection:
        linked = await linked_accounts(connection)
    if not linked:
        return _spread(asked_at, CHECK_EVERY)
    try:
        members = await app.plex_server.members()
    except MediaNestError as error:
        log.warning("plex_access_unknown", reason=error.code)
        return _spread(asked_at, TRY_AGAIN_AFTER)
    present = {str(member.plex_id) for member in members}
    known = [one for one in linked if one.role != "owner" and one.access_lost_at is None]
    absent = [one for one in known if one.subject not in present]
    patience = CHECK_EVERY if len(absent) == len(known) >= _MANY else LOOK_AGAIN_AFTER
    sure = [one for one in absent if _is_sure(one, asked_at=asked_at, patience=patience)]
    fresh = [one.subject for one in absent if one.missing_since is None and one not in sure]
    async with app.db.transaction() as tx:
        identities = PlexIdentities(tx.session)
        await identities.found_with_access(present, now=asked_at)
        await identities.found_missing(fresh, now=asked_at)
        for one in linked:
            if one.access_lost_at and one.subject in present:
                app.audit.record(tx, "plex_access_back", user_id=one.user_id, method=SignInMethod.PLEX)
    for one in sure:
        await _let_go(app, one, asked_at=asked_at)
    log.info("plex_access_checked", people=len(linked), missing=len(absent), let_go=len(sure))
    return asked_at + patience if len(absent) > len(sure) else _spread(asked_at, CHECK_EVERY)


def _is_sure(one: Linked, *, asked_at: datetime, patience: timedelta) -> bool:
    """`patience` is how long somebody has to be missing."""
    if one.refused_at is not None:
        return True
    return one.missing_since is not None and asked_at - one.missing_since >= patience


async def _let_go(app: AuthApp, one: Linked, *, asked_at: datetime) -> None:
    """Unless Plex has said meanwhile, at a sign-in, that there is access."""
    now = app.clock.now()
    async with app.db.transaction() as tx:
        user = await Users(tx.session).get(one.user_id, lock=True)
        identities = PlexIdentities(tx.session)
        identity = await identities.of_user(one.user_id, lock=True)
        if user is None or identity is None or (identity.checked_at and identity.checked_at >= asked_at):
            return
        identity.access_lost_at, identity.missing_since, identity.refused_at = now, None, None
        live = await Sessions(tx.session).live_of(user.id, now=now, lock=True)
        tokens: list[PersonalToken] = []
        has_another_way = await identities.stands_alone(user.id)
        if has_another_way:
            live = [session for session in live if session.method == SignInMethod.PLEX]
        else:
            tokens = await _put_to_sleep(tx, user.id, now=now)
        end_sessions(app, tx, live, reason=RevocationReason.ACCESS_LOST)
        await end_challenges(tx, user.id)
        tx.emit(PlexAccessLost(user_id=user.id, name=user.name, is_out=not has_another_way))
        app.audit.record(tx, "plex_access_lost", user_id=user.id, method=SignInMethod.PLEX)
    await _tell(app, live, tokens)


async def _put_to_sleep(tx: Transaction, user_id: UUID, *, now: datetime) -> list[PersonalToken]:
    """Gateways ask about a personal token again after this, and hear no for as long as there is no access."""
    statement = select(PersonalToken).where(
        PersonalToken.user_id == user_id, PersonalToken.revoked_at.is_(None), PersonalToken.expires_at > now
    )
    tokens = list((await tx.session.scalars(statement)).all())
    for token in tokens:
        tx.emit(
            SessionRevoked(
                user_id=user_id, session_id=token.id, not_before=now, reason=RevocationReason.ACCESS_LOST
            )
        )
    return tokens


async def _tell(app: AuthApp, sessions: Sequence[Session], tokens: Sequence[PersonalToken]) -> None:
    await deny(app, sessions)
    for token in tokens:
        await deny_token(app, token.id)


def _spread(since: datetime, period: timedelta) -> datetime:
    """So that installations do not all ask at the same minute; never later than the period says."""
    return since + period * random.uniform(0.85, 1.0)  # noqa: S311 - nothing secret hangs on it
