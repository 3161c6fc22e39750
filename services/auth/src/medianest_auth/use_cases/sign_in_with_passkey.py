"""Sign in with a passkey, as the second factor or as the only thing needed."""

import structlog

from medianest_auth.adapters.relying_party import new_question
from medianest_auth.admission import CHALLENGE_LASTS, admit, admitted
from medianest_auth.app import AuthApp
from medianest_auth.attempts import NETWORK, PASSKEY_QUESTIONS
from medianest_auth.browser import limited_network
from medianest_auth.challenges import (
    PASSKEY_SIGN_IN,
    SECOND_FACTOR,
    ask_passkey,
    find_challenge,
    set_question,
    take_question,
)
from medianest_auth.errors import PasskeyRefused
from medianest_auth.models import User
from medianest_auth.passkeys import Passkeys, accept_passkey
from medianest_auth.repository import Users
from medianest_common.contracts.auth import SignedIn, SignInMethod
from medianest_common.contracts.auth.second_factor import AskPasskey, PasskeyQuestion, SignInWithPasskey
from medianest_common.db import Transaction

log = structlog.get_logger()

_REFUSED = "Use a passkey that belongs to this account, and start again."


async def ask_for_passkey(app: AuthApp, command: AskPasskey) -> PasskeyQuestion:
    """Whose passkeys there are is told only to who has shown the first factor."""
    app.relying_party.must_be_available()
    await app.attempts.begin({f"passkey:{limited_network(command.client.ip)}": PASSKEY_QUESTIONS})
    question = new_question()
    if command.challenge_id is None:
        challenge_id = await ask_passkey(
            app, command.client, purpose=PASSKEY_SIGN_IN, user_id=None, question=question
        )
        options = app.relying_party.request_options([], question=question)
    else:
        challenge_id = command.challenge_id
        found = await find_challenge(app, challenge_id, command.client, purpose=SECOND_FACTOR)
        assert found.user_id, "a second factor is asked of somebody"
        async with app.db.transaction() as tx:
            passkeys = await Passkeys(tx.session).of(found.user_id)
        await set_question(app, found.id, question=question)
        options = app.relying_party.request_options(passkeys, question=question)
    return PasskeyQuestion(
        challenge_id=challenge_id, options=options, expires_in=int(CHALLENGE_LASTS.total_seconds())
    )


async def sign_in_with_passkey(app: AuthApp, command: SignInWithPasskey) -> SignedIn:
    """Both factors in one: something the person has, opened with a finger, a face or a number."""
    issuer = await app.signing.current()
    taken = await take_question(app, command.challenge_id, command.client, purpose=PASSKEY_SIGN_IN)
    tried = await app.attempts.begin({f"network:{limited_network(command.client.ip)}": NETWORK})
    try:
        async with app.db.transaction() as tx:
            user = await _owner(tx, command)
            await accept_passkey(
                app, tx, user, command.passkey, question=taken.question, client=command.client
            )
            outcome = await admit(
                app,
                tx,
                user,
                method=SignInMethod.PASSKEY,
                client=command.client,
                remember=command.remember_me,
            )
    except PasskeyRefused:
        await _record_refusal(app, command)
        raise
    await app.attempts.forgive(tried)
    result = await admitted(app, issuer, outcome)
    assert result.signed_in, "a passkey is both factors"
    return result.signed_in


async def _owner(tx: Transaction, command: SignInWithPasskey) -> User:
    """Locked. That the account is suspended is told to nobody."""
    user_id = await Passkeys(tx.session).owner_of(command.passkey)
    user = await Users(tx.session).get(user_id, lock=True) if user_id else None
    if user is None or user.status != "active":
        raise PasskeyRefused(_REFUSED)
    return user


async def _record_refusal(app: AuthApp, command: SignInWithPasskey) -> None:
    async with app.db.transaction() as tx:
        app.audit.record(
            tx,
            "sign_in",
            result="refused",
            reason="wrong_passkey",
            method=SignInMethod.PASSKEY,
            user_id=await Passkeys(tx.session).owner_of(command.passkey),
            client=command.client,
        )
    log.info("sign_in_refused", method="passkey", reason="wrong_passkey")
