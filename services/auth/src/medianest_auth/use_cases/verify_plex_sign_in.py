"""Look whether the person has agreed at Plex, and if so, whether the account may use our server; then sign in."""

import asyncio
import json
from datetime import timedelta

import structlog

from medianest_auth.adapters.plex_tv import PlexAccount, ServerAccess
from medianest_auth.admission import admit, admitted
from medianest_auth.app import AuthApp
from medianest_auth.attempts import PLEX_POLL
from medianest_auth.challenges import end_of_challenge
from medianest_auth.errors import AccountSuspended, NoServerAccess, PlexSignInExpired, PlexUnreachable
from medianest_auth.models import PlexSignIn as Row
from medianest_auth.models import Session, User
from medianest_auth.repository import PlexSignIns, RefreshTokens
from medianest_auth.sessions import Started, signed_in
from medianest_auth.use_cases.link_plex_account import link_plex_account
from medianest_auth.use_cases.remember_plex_member import remember_plex_member
from medianest_auth.use_cases.welcome_plex_account import welcome_plex_account
from medianest_common.contracts.auth import (
    ClientInfo,
    PlexSignInState,
    SecondFactorAsked,
    SignInMethod,
    SignInResult,
    VerifyPlexSignIn,
)
from medianest_common.db import Transaction
from medianest_common.errors import NotFound
from medianest_common.security.encryption import Cell
from medianest_common.security.jwt import AccessTokenIssuer
from medianest_common.security.tokens import hash_token

log = structlog.get_logger()

SAME_ANSWER_FOR = timedelta(seconds=60)
_POLL_EVERY = timedelta(seconds=1)
_PLEX_TIMEOUT = 8.0


async def verify_plex_sign_in(app: AuthApp, command: VerifyPlexSignIn) -> PlexSignInState:
    issuer = await app.signing.current()
    async with app.db.transaction() as tx:
        sign_ins = PlexSignIns(tx.session)
        row = await sign_ins.one(Row.login_hash == hash_token(command.login_id))
        if row is None or row.binding_hash != hash_token(command.client.browser_binding):
            raise NotFound("This sign-in was not started in this browser. Start again.")
        now = app.clock.now()
        if row.finished_at:
            if row.linking_user_id:
                return PlexSignInState(result=None, linked=True)
            return PlexSignInState(result=await _same_answer(app, tx, issuer, row))
        if now >= row.expires_at:
            raise PlexSignInExpired("Start again.")
        asks = await sign_ins.may_poll(row.id, now=now, not_since=now - _POLL_EVERY)
    if not asks:
        await app.attempts.begin({f"plex-poll:{row.id}": PLEX_POLL})
        return PlexSignInState(result=None)
    agreed = await _ask_plex(app, row, command.client)
    if agreed is None:
        return PlexSignInState(result=None)
    account, access = agreed
    if row.linking_user_id:
        await link_plex_account(app, row.id, account, access, client=command.client)
        return PlexSignInState(result=None, linked=True)
    return PlexSignInState(result=await _finish(app, issuer, row.id, command.client, account, access))


async def _ask_plex(app: AuthApp, row: Row, client: ClientInfo) -> tuple[PlexAccount, ServerAccess] | None:
    """None while the person has not agreed. The account's token is not kept here: the plex service is told it."""
    try:
        async with asyncio.timeout(_PLEX_TIMEOUT):
            token = await app.plex_tv.token_of(row.pin_id)
            if token is None:
                return None
            machine_identifier = await app.plex_server.machine_identifier()
            account, access = await app.plex_tv.account_and_access(
                token, machine_identifier=machine_identifier
            )
    except TimeoutError:
        raise PlexUnreachable(
            "plex.tv takes too long to answer.", upstream="plex.tv", retry_after=5
        ) from None
    if access is None:
        await _record_refusal(app, client, reason="no_server_access")
        raise NoServerAccess(
            f"You signed in to Plex as {account.name}, and this account has no access to the Plex server here. "
            "Ask its owner for an invitation, or use another account.",
            account=account.name,
        )
    return account, access


async def _finish(
    app: AuthApp,
    issuer: AccessTokenIssuer,
    sign_in_id: object,
    client: ClientInfo,
    account: PlexAccount,
    access: ServerAccess,
) -> SignInResult:
    async with app.db.transaction() as tx:
        row = await PlexSignIns(tx.session).get(sign_in_id, lock=True)
        if row is None:
            raise PlexSignInExpired("Start again.")
        if row.finished_at:
            return await _same_answer(app, tx, issuer, row)
        user = await welcome_plex_account(app, tx, account, owns_server=access.owned)
        if user.status == "active":
            outcome = await admit(app, tx, user, method=SignInMethod.PLEX, client=client, remember=True)
            row.finished_at = app.clock.now()
            if isinstance(outcome, Started):
                row.session_id = outcome.session.id
                kept = json.dumps([outcome.refresh_token, outcome.device_token])
            else:
                kept = outcome.model_dump_json()
            row.result_sealed = app.seal.seal(kept, cell=_cell(row))
    if user.status != "active":
        await _record_refusal(app, client, reason="suspended", user=user)
        raise AccountSuspended("Ask the owner of this installation.")
    await remember_plex_member(app, user.id, account, access)
    return await admitted(app, issuer, outcome)


async def _same_answer(app: AuthApp, tx: Transaction, issuer: AccessTokenIssuer, row: Row) -> SignInResult:
    """For the browser that asked twice: its one session or question again, as long as nothing has been done with it."""
    used_up = PlexSignInExpired("This sign-in has been used already.")
    if row.finished_at is None or row.result_sealed is None:
        raise used_up
    kept, now = app.seal.open_text(row.result_sealed, cell=_cell(row)), app.clock.now()
    if row.session_id is None:
        asked = SecondFactorAsked.model_validate_json(kept)
        ends = await end_of_challenge(tx, asked.challenge_id, now=now)
        if ends is None:
            raise used_up
        expires_in = int((ends - now).total_seconds())
        return SignInResult(second_factor=asked.model_copy(update={"expires_in": expires_in}))
    if now - row.finished_at > SAME_ANSWER_FOR:
        raise used_up
    refresh_token, device_token = json.loads(kept)
    token = await RefreshTokens(tx.session).by_hash(hash_token(refresh_token))
    session = await tx.session.get(Session, row.session_id)
    if token is None or token.used_at or session is None or session.revoked_at:
        raise used_up
    user = await tx.session.get_one(User, session.user_id)
    return SignInResult(
        signed_in=signed_in(
            app,
            issuer,
            user,
            session,
            refresh_token=refresh_token,
            device_token=device_token,
            plex_linked=True,
        )
    )


async def _record_refusal(app: AuthApp, client: ClientInfo, *, reason: str, user: User | None = None) -> None:
    async with app.db.transaction() as tx:
        app.audit.record(
            tx,
            "sign_in",
            result="refused",
            reason=reason,
            method=SignInMethod.PLEX,
            user_id=user.id if user else None,
            client=client,
        )
    log.info("sign_in_refused", method="plex", reason=reason)


def _cell(row: Row) -> Cell:
    return Cell("plex_sign_ins", "result_sealed", row.id)
