"""Finish a sign-in whose first factor was right: the code or passkey that was asked for starts the session."""

import structlog

from medianest_auth.admission import admitted
from medianest_auth.app import AuthApp
from medianest_auth.attempts import Try
from medianest_auth.challenges import SECOND_FACTOR, Waiting, find_challenge, try_challenge
from medianest_auth.code_tries import code_counter, refuse_more
from medianest_auth.errors import ChallengeExpired, InvalidCode, PasskeyRefused, TooManyAttempts
from medianest_auth.passkeys import accept_passkey
from medianest_auth.repository import Challenges, Devices, Users
from medianest_auth.second_factors import accept_code
from medianest_auth.sessions import Started, start_session
from medianest_common.contracts.auth import SecondFactor, SignedIn, SignInMethod
from medianest_common.contracts.auth.second_factor import AnswerChallenge
from medianest_common.db import Transaction
from medianest_common.security.tokens import hash_token

log = structlog.get_logger()

_AGAIN = "Sign in again."


async def answer_challenge(app: AuthApp, command: AnswerChallenge) -> SignedIn:
    issuer = await app.signing.current()
    found = await find_challenge(app, command.challenge_id, command.client, purpose=SECOND_FACTOR)
    tried = await _begin(app, command, found) if command.code else None
    waiting = await try_challenge(app, found.id, command.client)
    try:
        async with app.db.transaction() as tx:
            started = await _finish(app, tx, command, waiting)
    except (InvalidCode, PasskeyRefused):
        await _record_refusal(app, command, waiting)
        raise
    if tried:
        await app.attempts.forgive(tried)
    result = await admitted(app, issuer, started)
    assert result.signed_in, "the second factor was the last thing asked for"
    return result.signed_in


async def _begin(app: AuthApp, command: AnswerChallenge, found: Waiting) -> Try:
    assert found.user_id, "a second factor is asked of somebody"
    device = hash_token(command.client.device_token)
    async with app.db.transaction() as tx:
        known = await Devices(tx.session).is_of(found.user_id, device)
    try:
        return await app.attempts.begin(code_counter(found.user_id, command.client, known_device=known))
    except TooManyAttempts as error:
        raise await refuse_more(app, error, user_id=found.user_id, client=command.client) from None


async def _finish(app: AuthApp, tx: Transaction, command: AnswerChallenge, waiting: Waiting) -> Started:
    """All or nothing: the code is used up, the challenge is over, the session is there."""
    user = await Users(tx.session).get(waiting.user_id, lock=True)
    challenge = await Challenges(tx.session).get(waiting.id, lock=True)
    # Also gone where a new password was set since: that ends them, under the lock under which they are made.
    if user is None or user.status != "active" or challenge is None:
        raise ChallengeExpired(_AGAIN)
    shown: SecondFactor | None = SecondFactor.PASSKEY
    if command.passkey:
        await accept_passkey(app, tx, user, command.passkey, question=waiting.question, client=command.client)
    else:
        shown = await accept_code(app, tx, user, command.code or "")
    if shown is None:
        raise InvalidCode("Try the code that the app shows now, or a recovery code.")
    await tx.session.delete(challenge)
    app.audit.record(tx, "second_factor", method=shown, user_id=user.id, client=command.client)
    return await start_session(
        app,
        tx,
        user,
        method=SignInMethod(challenge.method or SignInMethod.PASSWORD),
        client=command.client,
        remember=challenge.remember,
    )


async def _record_refusal(app: AuthApp, command: AnswerChallenge, waiting: Waiting) -> None:
    async with app.db.transaction() as tx:
        app.audit.record(
            tx,
            "second_factor",
            result="refused",
            reason="wrong_passkey" if command.passkey else "wrong_code",
            user_id=waiting.user_id,
            client=command.client,
        )
    log.info("second_factor_refused", user_id=str(waiting.user_id))
