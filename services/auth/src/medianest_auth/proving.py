"""Proving afresh who one is: with a passkey, or with the password and, where there is a second factor, a code."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from medianest_auth.app import AuthApp
from medianest_auth.attempts import ACCOUNT, Counters, Try
from medianest_auth.challenges import PASSKEY_SIGN_IN, take_question
from medianest_auth.code_tries import code_counter, refuse_more
from medianest_auth.errors import PasskeyRefused, ProofRefused, SecondFactorRequired, TooManyAttempts
from medianest_auth.models import Identity, Password, User
from medianest_auth.passkeys import accept_passkey
from medianest_auth.passwords import normalised
from medianest_auth.repository import PLEX_ISSUER, Devices, Factors, Users
from medianest_auth.second_factors import accept_code, is_active
from medianest_auth.ways_in import opens_by_password
from medianest_common.bus import require_fresh, require_person
from medianest_common.bus.context import ReauthRequired
from medianest_common.contracts.auth import ClientInfo, SecondFactor, SignInMethod
from medianest_common.contracts.auth.second_factor import Proof
from medianest_common.contracts.identity import Caller
from medianest_common.db import Transaction
from medianest_common.errors import Unauthenticated
from medianest_common.security.tokens import hash_token

_WRONG = "Check what you typed and try again."


@dataclass(frozen=True, slots=True)
class Begun:
    """The password was right, or is not needed; the rest is judged inside the transaction that it is for."""

    proof: Proof
    question: bytes | None = None
    tried: Try | None = None
    account: str = ""


async def require_fresh_proof(app: AuthApp) -> Caller:
    """`require_fresh`, whose refusal names the `methods` in which this person can prove who they are."""
    try:
        return require_fresh(now=app.clock.now())
    except ReauthRequired as error:
        async with app.db.transaction() as tx:
            methods = await ways_to_prove(app, tx, require_person().user_id)
        raise ReauthRequired(error.detail, methods=methods) from None


async def ways_to_prove(app: AuthApp, tx: Transaction, user_id: UUID) -> list[SignInMethod]:
    """The best first: `password` and `passkey` at `/auth/step-up`, the others by signing in there once more."""
    ways: list[SignInMethod] = []
    if app.relying_party.available and SecondFactor.PASSKEY in await Factors(tx.session).of(user_id):
        ways.append(SignInMethod.PASSKEY)
    user = await Users(tx.session).get(user_id)
    if user and opens_by_password(app, user) and await Users(tx.session).has_password(user_id):
        ways.append(SignInMethod.PASSWORD)
    statement = select(Identity.issuer, Identity.provider).where(Identity.user_id == user_id)
    known = set(SignInMethod)
    for issuer, provider in await tx.session.execute(statement):
        named = SignInMethod(provider) if provider in known else SignInMethod.OIDC
        ways.append(SignInMethod.PLEX if issuer == PLEX_ISSUER else named)
    return list(dict.fromkeys(ways))


async def begin_proof(
    app: AuthApp, caller: Caller, proof: Proof, client: ClientInfo, *, code_alone: bool
) -> Begun:
    """`code_alone` lets those without a password show only a code, where their sign-in is fresh anyway."""
    if proof.passkey:
        taken = await take_question(app, proof.challenge_id or "", client, purpose=PASSKEY_SIGN_IN)
        return Begun(proof, question=taken.question)
    async with app.db.transaction() as tx:
        user = await Users(tx.session).get(caller.user_id)
        hashed = await tx.session.scalar(select(Password.hash).where(Password.user_id == caller.user_id))
        factors = await Factors(tx.session).of(caller.user_id)
        ways = await ways_to_prove(app, tx, caller.user_id)
        known = await Devices(tx.session).is_of(caller.user_id, hash_token(client.device_token))
    if user is None or user.status != "active":
        raise Unauthenticated("Sign in again.")
    if factors and not proof.code:
        raise SecondFactorRequired("Send a code or use a passkey as well.", methods=factors)
    by_password = hashed is not None or not code_alone
    account = f"account:{user.email_key or user.id}:{hash_token(client.device_token).hex() if known else ''}"
    counters: Counters = {account: ACCOUNT} if by_password else {}
    if factors:
        counters |= code_counter(user.id, client, known_device=known)
    try:
        tried = await app.attempts.begin(counters)
    except TooManyAttempts as error:
        raise await refuse_more(app, error, user_id=user.id, client=client) from None
    if by_password:
        given = normalised(proof.password or "")
        async with app.attempts.judging(tried):
            right = await app.hasher.verify(hashed, given, account=str(user.id))
        if not right:
            await record_refusal(app, caller, client)
            raise ProofRefused(_WRONG, methods=ways)
    return Begun(proof, tried=tried, account=account)


async def finish_proof(
    app: AuthApp, tx: Transaction, user: User, begun: Begun, client: ClientInfo
) -> SecondFactor | None:
    """What else was shown besides the password; it is used up with the commit. The user's row is locked."""
    proof = begun.proof
    if proof.passkey:
        await accept_passkey(app, tx, user, proof.passkey, question=begun.question, client=client)
        return SecondFactor.PASSKEY
    if not await is_active(tx, user.id):
        return None
    shown = await accept_code(app, tx, user, proof.code or "")
    if shown is None:
        raise ProofRefused(_WRONG, methods=await ways_to_prove(app, tx, user.id))
    return shown


async def forgive(app: AuthApp, begun: Begun) -> None:
    """After the commit: it was right, so it does not count."""
    if begun.tried:
        await app.attempts.forgive(begun.tried, clear=[begun.account])


@asynccontextmanager
async def noting_refusal(app: AuthApp, caller: Caller, client: ClientInfo) -> AsyncIterator[None]:
    """The transaction inside is rolled back by a refusal; that there was one is kept."""
    try:
        yield
    except (ProofRefused, PasskeyRefused):
        await record_refusal(app, caller, client)
        raise


async def record_refusal(app: AuthApp, caller: Caller, client: ClientInfo) -> None:
    async with app.db.transaction() as tx:
        app.audit.record(
            tx,
            "step_up",
            result="refused",
            reason="wrong_proof",
            user_id=caller.user_id,
            session_id=caller.session_id,
            client=client,
        )
