"""Add, list and remove one's passkeys."""

from typing import Any

from medianest_auth.adapters.relying_party import known_transports, new_question
from medianest_auth.admission import CHALLENGE_LASTS
from medianest_auth.app import AuthApp
from medianest_auth.challenges import PASSKEY_REGISTER, ask_passkey, take_question
from medianest_auth.errors import ChallengeExpired, PasskeyKnown, TooManyPasskeys
from medianest_auth.linking import require_a_way_in
from medianest_auth.models import Passkey as Row
from medianest_auth.normalising import shown_name
from medianest_auth.passkeys import Passkeys, to_passkey
from medianest_auth.proving import require_fresh_proof
from medianest_auth.repository import Users
from medianest_auth.second_factors import (
    MOST_PASSKEYS,
    RecoveryCodes,
    changed,
    forget_useless_codes,
    locked,
)
from medianest_auth.sessions import deny
from medianest_common.bus import require_person
from medianest_common.clock import uuid7
from medianest_common.contracts.auth.second_factor import (
    FactorChange,
    ListPasskeys,
    Passkey,
    PasskeyQuestion,
    PasskeyRegistered,
    RegisterPasskey,
    RemovePasskey,
    StartPasskey,
)
from medianest_common.contracts.base import Nothing, Page
from medianest_common.errors import NotFound, Unauthenticated

_DEFAULT_NAME = "Passkey"


async def list_passkeys(app: AuthApp, query: ListPasskeys) -> Page[Passkey]:
    caller = require_person()
    async with app.db.transaction() as tx:
        rows = await Passkeys(tx.session).of(caller.user_id)
    return Page(items=[to_passkey(row) for row in rows])


async def start_passkey(app: AuthApp, command: StartPasskey) -> PasskeyQuestion:
    app.relying_party.must_be_available()
    caller = await require_fresh_proof(app)
    async with app.db.transaction() as tx:
        user = await Users(tx.session).get(caller.user_id)
        passkeys = await Passkeys(tx.session).of(caller.user_id)
    if user is None:
        raise Unauthenticated("Sign in again.")
    _room_for_one_more(len(passkeys))
    question = new_question()
    challenge_id = await ask_passkey(
        app, command.client, purpose=PASSKEY_REGISTER, user_id=user.id, question=question
    )
    return PasskeyQuestion(
        challenge_id=challenge_id,
        options=app.relying_party.creation_options(user, passkeys, question=question),
        expires_in=int(CHALLENGE_LASTS.total_seconds()),
    )


async def register_passkey(app: AuthApp, command: RegisterPasskey) -> PasskeyRegistered:
    """From now on it is asked for at sign-in, and signs in by itself. The first factor brings recovery codes along."""
    caller = await require_fresh_proof(app)
    taken = await take_question(app, command.challenge_id, command.client, purpose=PASSKEY_REGISTER)
    if taken.user_id != caller.user_id or taken.question is None:
        raise ChallengeExpired("Start again.")
    proven = app.relying_party.registered(command.credential, question=taken.question)
    now = app.clock.now()
    values: dict[str, Any] = {
        "id": uuid7(),
        "user_id": caller.user_id,
        "credential_id": proven.credential_id,
        "public_key": proven.credential_public_key,
        "sign_count": proven.sign_count,
        "name": shown_name(command.name) or _DEFAULT_NAME,
        "transports": known_transports(command.credential.response.transports),
        "backed_up": proven.credential_backed_up,
        "created_at": now,
        "last_used_at": None,
    }
    async with app.db.transaction() as tx:
        user = await locked(tx, caller.user_id)
        passkeys, codes = Passkeys(tx.session), RecoveryCodes(tx.session)
        _room_for_one_more(await passkeys.count(Row.user_id == user.id))
        if not await passkeys.add_new(values):
            raise PasskeyKnown("Use it to sign in.")
        shown = None if await codes.left(user.id) else await codes.renew(user.id, now=now)
        ended = await changed(
            app,
            tx,
            user.id,
            FactorChange.PASSKEY_ADDED,
            but=caller.session_id,
            client=command.client,
            name=values["name"],
        )
    await deny(app, ended)
    return PasskeyRegistered(passkey=to_passkey(Row(**values)), recovery_codes=shown)


async def remove_passkey(app: AuthApp, command: RemovePasskey) -> Nothing:
    caller = await require_fresh_proof(app)
    async with app.db.transaction() as tx:
        user = await locked(tx, caller.user_id)
        row = await Passkeys(tx.session).one(Row.id == command.id, Row.user_id == user.id, lock=True)
        if row is None:
            raise NotFound("There is no such passkey.")
        await tx.session.delete(row)
        await require_a_way_in(app, tx, user)
        await forget_useless_codes(tx, user.id)
        ended = await changed(
            app,
            tx,
            user.id,
            FactorChange.PASSKEY_REMOVED,
            but=caller.session_id,
            client=command.client,
            name=row.name,
        )
    await deny(app, ended)
    return Nothing()


def _room_for_one_more(count: int) -> None:
    if count >= MOST_PASSKEYS:
        raise TooManyPasskeys("Remove one that you no longer use.")
