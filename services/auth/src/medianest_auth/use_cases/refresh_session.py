"""Exchange a refresh token for its successor, once.

A retry within ten seconds gets the same successor, however many ask at once. A used token that turns up later, or in
another browser, means that two people hold it: the session ends for both (RFC 9700, 4.14.2).
"""

import math
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from medianest_auth.app import AuthApp
from medianest_auth.browser import network_of, parse_user_agent
from medianest_auth.errors import InvalidRefreshToken, TokenReused, TooManyAttempts
from medianest_auth.models import RefreshToken, Session, User
from medianest_auth.plex_access import PlexIdentities
from medianest_auth.repository import Devices, RefreshTokens, Sessions
from medianest_auth.sessions import (
    DEVICE_PREFIX,
    REFRESH_PREFIX,
    deny,
    end_sessions,
    forget_email_change,
    signed_in,
)
from medianest_auth.sign_in_history import note_presence
from medianest_auth.use_cases.check_plex_access import check_soon, is_stale
from medianest_common.bus.context import FRESH_FOR
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import ClientInfo, RefreshSession, RevocationReason, SignedIn
from medianest_common.db import Transaction
from medianest_common.security.encryption import Cell
from medianest_common.security.tokens import hash_token, new_token

log = structlog.get_logger()

GRACE = timedelta(seconds=10)
MOST_PER_MINUTE = 10
_MINUTE = timedelta(minutes=1)
_AGAIN = "Sign in again."


async def refresh_session(app: AuthApp, command: RefreshSession) -> SignedIn:
    issuer = await app.signing.current()
    token_hash = hash_token(command.refresh_token)
    async with app.db.transaction() as tx:
        session, user = await _locked(app, tx, token_hash)
        tokens = RefreshTokens(tx.session)
        token = await tokens.by_hash(token_hash)
        if token is None:
            # An old one that was forgotten while we waited for its session.
            raise InvalidRefreshToken(_AGAIN)
        now = app.clock.now()
        device_token = command.client.device_token
        successor: str | None
        if token.used_at is None:
            await _refuse_haste(app, tokens, session, now=now)
            successor = await _rotate(app, tokens, token, now=now)
            device_token = await _same_device(tx, session, command.client)
            await _note_use(app, tx, session, command.client, now=now)
        else:
            successor = await _retried(app, tokens, token, session, command.client, now=now)
        if successor is None:
            end_sessions(app, tx, [session], reason=RevocationReason.REUSE)
            await forget_email_change(app, tx, user.id)
        plex = await PlexIdentities(tx.session).of_user(user.id)
    if successor is None:
        await deny(app, [session])
        log.warning("refresh_token_reused", user_id=str(user.id), session_id=str(session.id))
        raise TokenReused("Sign in again. If this was not you, somebody else may have had your session.")
    if plex and is_stale(plex, user, now=now):
        check_soon(app)
    return signed_in(
        app,
        issuer,
        user,
        session,
        refresh_token=successor,
        device_token=device_token,
        plex_linked=plex is not None,
    )


async def _locked(app: AuthApp, tx: Transaction, token_hash: bytes) -> tuple[Session, User]:
    """The live session that the token belongs to. Anything else is answered alike and changes nothing."""
    ended = InvalidRefreshToken(_AGAIN)
    session_id = (
        await tx.session.execute(select(RefreshToken.session_id).where(RefreshToken.token_hash == token_hash))
    ).scalar_one_or_none()
    if session_id is None:
        raise ended
    session = await Sessions(tx.session).get(session_id, lock=True)
    now = app.clock.now()
    if session is None or session.revoked_at or now >= min(session.idle_expires_at, session.expires_at):
        raise ended
    user = await tx.session.get_one(User, session.user_id)
    if user.status != "active":
        raise ended
    return session, user


async def _refuse_haste(app: AuthApp, tokens: RefreshTokens, session: Session, *, now: datetime) -> None:
    """Tokens that are made are counted, not questions: any number may ask at once for the same one."""
    most = max(1, int(MOST_PER_MINUTE * app.settings.rate_limit_scale))
    earlier = await tokens.time_of_refresh(session.id, back=most - 1)
    if earlier and (wait := (earlier + _MINUTE - now).total_seconds()) > 0:
        raise TooManyAttempts(
            "This session is renewed too often.",
            retry_after=max(1, math.ceil(wait)),
            limit={"name": "refresh-session", "quota": most, "window": 60},
        )


async def _note_use(
    app: AuthApp, tx: Transaction, session: Session, client: ClientInfo, *, now: datetime
) -> None:
    """Another browser than the one that signed in goes on, but has to prove who it is before anything sensitive."""
    browser = parse_user_agent(client.user_agent)
    if not browser.is_like(family=session.browser, platform=session.platform):
        session.auth_time = min(session.auth_time, now - FRESH_FOR - timedelta(seconds=1))
        app.audit.record(
            tx,
            "session_moved",
            reason="other_browser",
            user_id=session.user_id,
            session_id=session.id,
            client=client,
        )
    if session.last_seen_at.date() != now.date():
        await note_presence(tx, session.user_id, now=now)
    session.browser, session.platform, session.browser_version = (
        browser.family,
        browser.platform,
        browser.version,
    )
    session.idle_expires_at = now + timedelta(seconds=session.idle_seconds)
    session.last_seen_at, session.place = now, network_of(client.ip) or session.place


async def _same_device(tx: Transaction, session: Session, client: ClientInfo) -> str:
    """The token of this browser. One that has lost its own gets another in its place, so that its next sign-in alarms
    nobody; but only if nothing else has changed, as a thief has no device token either."""
    if client.device_token:
        return client.device_token
    unchanged = parse_user_agent(client.user_agent).is_like(family=session.browser, platform=session.platform)
    if not unchanged or network_of(client.ip) != session.place:
        return ""
    token = new_token(DEVICE_PREFIX)
    if not await Devices(tx.session).rename(session.user_id, session.device_hash, hash_token(token)):
        return ""
    session.device_hash = hash_token(token)
    return token


async def _rotate(app: AuthApp, tokens: RefreshTokens, token: RefreshToken, *, now: datetime) -> str:
    successor = new_token(REFRESH_PREFIX)
    token.used_at = now
    token.successor_sealed = app.seal.seal(successor, cell=_cell(token))
    await tokens.session.flush()
    await tokens.add(
        RefreshToken(
            id=uuid7(),
            session_id=token.session_id,
            parent_id=token.id,
            token_hash=hash_token(successor),
            created_at=now,
        )
    )
    return successor


async def _retried(
    app: AuthApp,
    tokens: RefreshTokens,
    token: RefreshToken,
    session: Session,
    client: ClientInfo,
    *,
    now: datetime,
) -> str | None:
    """The live end of the chain after a token used moments ago by the same browser; None if this is no retry."""
    assert token.used_at is not None
    if now - token.used_at > GRACE or not _same_browser(session, client):
        return None
    while True:
        if token.successor_sealed is None:
            return None
        successor = app.seal.open_text(token.successor_sealed, cell=_cell(token))
        following = await tokens.by_hash(hash_token(successor))
        if following is None:
            return None
        if following.used_at is None:
            return successor
        token = following


def _same_browser(session: Session, client: ClientInfo) -> bool:
    """A client without cookies shows no device token; its family must do then."""
    if client.device_token and hash_token(client.device_token) != session.device_hash:
        return False
    return parse_user_agent(client.user_agent).family == session.browser


def _cell(token: RefreshToken) -> Cell:
    return Cell("refresh_tokens", "successor_sealed", token.id)
