"""Change one's own password, or set the first one. Everybody else who is signed in as this person is out at once."""

from medianest_auth.app import AuthApp
from medianest_auth.attempts import ACCOUNT
from medianest_auth.errors import CurrentPasswordWrong, NoEmailAddress
from medianest_auth.mapping import to_personal_token
from medianest_auth.models import User
from medianest_auth.new_password import Passphrases, hash_new, replace_password
from medianest_auth.passwords import normalised
from medianest_auth.proving import require_fresh_proof
from medianest_auth.repository import Devices, Passwords, PersonalTokens, Users
from medianest_auth.sessions import deny
from medianest_common.bus import require_person
from medianest_common.contracts.auth import ClientInfo
from medianest_common.contracts.auth.passwords import ChangePassword, PasswordOutcome
from medianest_common.contracts.identity import Caller
from medianest_common.db import Transaction
from medianest_common.errors import Unauthenticated
from medianest_common.security.tokens import hash_token


async def change_password(app: AuthApp, command: ChangePassword) -> PasswordOutcome:
    caller = require_person()
    async with app.db.transaction() as tx:
        user = await Users(tx.session).get(caller.user_id)
        known = await Passphrases.of(tx, caller.user_id)
        at_home = await Devices(tx.session).is_of(caller.user_id, hash_token(command.client.device_token))
    if user is None:
        raise Unauthenticated("Sign in again.")
    if known.present is None:
        await _may_set_first(app, user)
    else:
        await _prove(app, user, known.present, command, known_device=at_home)
    hashed = await hash_new(app, user, known, command.new_password)
    async with app.db.transaction() as tx:
        user = await _locked(tx, caller, judged=known.present)
        ended = await replace_password(
            app,
            tx,
            user,
            hashed,
            action="password_change" if known.present else "password_set",
            client=command.client,
            keeping=caller.session_id,
        )
        tokens = await PersonalTokens(tx.session).not_revoked(user.id)
    await deny(app, ended)
    return PasswordOutcome(
        sessions_ended=len(ended), personal_tokens=[to_personal_token(token) for token in tokens]
    )


async def _may_set_first(app: AuthApp, user: User) -> None:
    await require_fresh_proof(app)
    if not user.email:
        raise NoEmailAddress("Add an e-mail address to the account first: it is what one signs in with.")


async def _prove(
    app: AuthApp, user: User, present: str, command: ChangePassword, *, known_device: bool
) -> None:
    """Counted with the tries at the sign-in page, so that a stolen session is no second place to guess."""
    wrong = CurrentPasswordWrong("Enter your present password, or ask for a reset link if you forgot it.")
    if command.current_password is None:
        raise wrong
    device = hash_token(command.client.device_token).hex() if known_device else ""
    account = f"account:{user.email_key or user.id}:{device}"
    tried = await app.attempts.begin({account: ACCOUNT})
    given = normalised(command.current_password)
    async with app.attempts.judging(tried):
        right = await app.hasher.verify(present, given, account=str(user.id))
    if not right:
        await _record_refusal(app, user, command.client)
        raise wrong
    await app.attempts.forgive(tried, clear=[account])


async def _record_refusal(app: AuthApp, user: User, client: ClientInfo) -> None:
    async with app.db.transaction() as tx:
        app.audit.record(
            tx, "password_change", result="refused", reason="wrong_password", user_id=user.id, client=client
        )


async def _locked(tx: Transaction, caller: Caller, *, judged: str | None) -> User:
    """The user, if the password is still the one that was proved; of two changes at once the first one counts."""
    user = await Users(tx.session).get(caller.user_id, lock=True)
    if user is None or user.status != "active":
        raise Unauthenticated("Sign in again.")
    present = await Passwords(tx.session).get(user.id)
    if (present.hash if present else None) != judged:
        raise CurrentPasswordWrong("The password was changed somewhere else at the same moment.")
    return user
