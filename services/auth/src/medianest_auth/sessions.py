"""The life of a session: how it starts, what it hands out, how it ends everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from medianest_auth.app import AuthApp
from medianest_auth.audit import SIGN_IN
from medianest_auth.browser import network_of, parse_user_agent
from medianest_auth.mapping import to_user
from medianest_auth.models import Device, RefreshToken, Session, User
from medianest_auth.plex_access import require_access
from medianest_auth.repository import Devices, OneTimeLinks, RefreshTokens, Sessions, Users
from medianest_auth.sign_in_history import note_presence, what_is_unusual
from medianest_auth.ways_in import require_way
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import (
    ClientInfo,
    RevocationReason,
    SessionRevoked,
    SessionStarted,
    SignedIn,
    SignInMethod,
)
from medianest_common.contracts.identity import Role
from medianest_common.db import Transaction
from medianest_common.security.denylist import DENY_FOR
from medianest_common.security.jwt import AccessTokenIssuer
from medianest_common.security.tokens import hash_token, new_token

log = structlog.get_logger()

MOST_SESSIONS = 20
REFRESH_PREFIX = "mnr_"
DEVICE_PREFIX = "mnd_"
_REMEMBERED = (timedelta(days=30), timedelta(days=90))
_NOT_REMEMBERED = (timedelta(hours=24), timedelta(days=7))
"""Idle and absolute."""


def remembers(session: Session) -> bool:
    """Whether it is of the kind that lasts."""
    return session.idle_seconds >= _REMEMBERED[0].total_seconds()


@dataclass(frozen=True, slots=True)
class Started:
    user: User
    session: Session
    refresh_token: str
    device_token: str
    plex_linked: bool
    ended: Sequence[Session]
    """The one it replaces, and the oldest ones, which had to make room."""


async def start_session(
    app: AuthApp, tx: Transaction, user: User, *, method: SignInMethod, client: ClientInfo, remember: bool
) -> Started:
    """A new session for a user whose row is locked; nothing the browser brought along becomes part of it."""
    require_way(app, user, method=method)
    await require_access(tx, user, method=method)
    now = app.clock.now()
    idle, absolute = _REMEMBERED if remember else _NOT_REMEMBERED
    device_token, new_device = await _recognise(app, tx, user, client)
    browser, network = parse_user_agent(client.user_agent), network_of(client.ip)
    unusual = await what_is_unusual(tx, user.id, network=network, new_device=new_device, now=now)
    sessions = Sessions(tx.session)
    live = await sessions.live_of(user.id, now=now, lock=True)
    session = await sessions.add(
        Session(
            id=uuid7(),
            user_id=user.id,
            method=str(method),
            device_hash=hash_token(device_token),
            browser=browser.family,
            browser_version=browser.version,
            platform=browser.platform,
            place=network,
            idle_seconds=int(idle.total_seconds()),
            auth_time=now,
            created_at=now,
            last_seen_at=now,
            idle_expires_at=now + idle,
            expires_at=now + absolute,
        )
    )
    refresh_token = new_token(REFRESH_PREFIX)
    await RefreshTokens(tx.session).add(
        RefreshToken(id=uuid7(), session_id=session.id, token_hash=hash_token(refresh_token), created_at=now)
    )
    replaced = [each for each in live if each.id == client.session_id]
    oldest = [each for each in live if each not in replaced][MOST_SESSIONS - 1 :]
    end_sessions(app, tx, replaced, reason=RevocationReason.REPLACED)
    end_sessions(app, tx, oldest, reason=RevocationReason.LIMIT)
    tx.emit(
        SessionStarted(
            user_id=user.id,
            session_id=session.id,
            method=method,
            browser=session.browser,
            place=session.place,
            new_device=new_device,
        )
    )
    app.audit.record(
        tx,
        SIGN_IN,
        method=method,
        user_id=user.id,
        session_id=session.id,
        client=client,
        unusual=unusual,
    )
    await note_presence(tx, user.id, now=now)
    plex_linked = await Users(tx.session).has_plex(user.id)
    return Started(user, session, refresh_token, device_token, plex_linked, [*replaced, *oldest])


def end_sessions(
    app: AuthApp, tx: Transaction, sessions: Sequence[Session], *, reason: RevocationReason
) -> None:
    """Mark them and tell everybody. After the commit `deny` must follow.

    Each session is named, even if all of a user's end: a sign-in within the same second stays good.
    """
    now = app.clock.now()
    for session in sessions:
        session.revoked_at, session.revoked_reason = now, str(reason)
        tx.emit(SessionRevoked(user_id=session.user_id, session_id=session.id, not_before=now, reason=reason))
        app.audit.record(
            tx, "session_end", reason=str(reason), user_id=session.user_id, session_id=session.id
        )


async def end_all_sessions(
    app: AuthApp, tx: Transaction, user_id: UUID, *, reason: RevocationReason, but: UUID | None = None
) -> Sequence[Session]:
    """Every live session of somebody, except the one named by `but`. After the commit `deny` must follow."""
    live = await Sessions(tx.session).live_of(user_id, now=app.clock.now(), lock=True)
    ended = [session for session in live if session.id != but]
    await forget_email_change(app, tx, user_id)
    end_sessions(app, tx, ended, reason=reason)
    return ended


async def forget_email_change(app: AuthApp, tx: Transaction, user_id: UUID) -> None:
    """A session that was not the person's may have left a link to its own address, which must not outlive it."""
    await OneTimeLinks(tx.session).void(user_id, "email_change", now=app.clock.now())


async def deny(app: AuthApp, sessions: Sequence[Session]) -> None:
    """The second way to the gateways, beside the event. What cannot be written now is restored by the clock."""
    try:
        for session in sessions:
            await app.denied.deny_session(session.id, until=app.clock.now() + DENY_FOR)
    except (RedisError, OSError) as error:
        log.warning("deny_list_not_written", error=type(error).__name__)
    for session in sessions:
        log.info(
            "session_ended",
            user_id=str(session.user_id),
            session_id=str(session.id),
            reason=session.revoked_reason,
        )


async def deny_token(app: AuthApp, token_id: UUID) -> None:
    """The same for a personal token, which gateways know by its id like a session."""
    try:
        await app.denied.deny_session(token_id, until=app.clock.now() + DENY_FOR)
    except (RedisError, OSError) as error:
        log.warning("deny_list_not_written", error=type(error).__name__)
    log.info("personal_token_revoked", token_id=str(token_id))


def signed_in(
    app: AuthApp,
    issuer: AccessTokenIssuer,
    user: User,
    session: Session,
    *,
    refresh_token: str,
    device_token: str,
    plex_linked: bool,
) -> SignedIn:
    access_token = issuer.issue(
        user_id=user.id,
        session_id=session.id,
        role=Role(user.role),
        name=user.name,
        permissions_version=user.permissions_version,
        auth_time=session.auth_time,
        methods=[session.method],
    )
    ends = min(session.idle_expires_at, session.expires_at)
    return SignedIn(
        user=to_user(user, plex_linked=plex_linked),
        session_id=session.id,
        access_token=access_token,
        expires_in=int(issuer.lifetime.total_seconds()),
        refresh_token=refresh_token,
        refresh_expires_in=max(0, int((ends - app.clock.now()).total_seconds())),
        device_token=device_token,
    )


async def _recognise(app: AuthApp, tx: Transaction, user: User, client: ClientInfo) -> tuple[str, bool]:
    """The token of this browser, and whether it is new to this person, who has used another one before. Only tokens
    that we made are kept."""
    devices = Devices(tx.session)
    brought = hash_token(client.device_token)
    known = await devices.is_of(user.id, brought)
    new_device = not known and await devices.count(Device.user_id == user.id) > 0
    ours = known or await devices.is_ours(brought)
    token = client.device_token if ours else new_token(DEVICE_PREFIX)
    await devices.upsert(
        {"user_id": user.id, "token_hash": hash_token(token), "last_seen_at": app.clock.now()},
        keys=("user_id", "token_hash"),
    )
    return token, new_device
