"""Sign in with a password. Whatever is wrong, the answer and the time it takes are the same."""

import structlog

from medianest_auth.admission import admit, admitted
from medianest_auth.app import AuthApp
from medianest_auth.attempts import ACCOUNT, NETWORK, SIGN_IN_ALL, Counters, Try
from medianest_auth.browser import limited_network
from medianest_auth.errors import AuthBusy, InvalidCredentials, TooManyAttempts
from medianest_auth.normalising import email_key
from medianest_auth.passwords import normalised
from medianest_auth.repository import Credentials, Passwords, Users, find_credentials
from medianest_common.contracts.auth import SignIn, SignInMethod, SignInResult
from medianest_common.security.tokens import hash_token

log = structlog.get_logger()

_EVERYBODY = "sign-ins"


async def sign_in(app: AuthApp, command: SignIn) -> SignInResult:
    issuer = await app.signing.current()
    key, network = email_key(command.email), limited_network(command.client.ip)
    found, tried, account = await _let_try(app, command, key=key, network=network)
    password = normalised(command.password)
    async with app.attempts.judging(tried):
        matches = await app.hasher.verify(found.hash, password, account=key, network=network)
        upgraded = None
        if matches and password and found.hash and app.hasher.is_outdated(found.hash):
            upgraded = await app.hasher.hash(password, account=key, network=network)
    if not matches or not found.active or found.user_id is None:
        await _record_failure(app, command, found)
        raise InvalidCredentials("Check both and try again.")
    await app.attempts.forgive(tried, clear=[account])
    async with app.db.transaction() as tx:
        users = Users(tx.session)
        user = await users.get(found.user_id, lock=True)
        password_row = await Passwords(tx.session).get(found.user_id)
        # Changed meanwhile: what was right is wrong now. A hash that was only renewed is of the same password.
        overtaken = password_row is None or password_row.changed_at != found.changed_at
        if user is None or user.status != "active" or overtaken:
            raise InvalidCredentials("Check both and try again.")
        if upgraded and found.hash:
            await users.upgrade_hash(user.id, old=found.hash, new=upgraded)
        outcome = await admit(
            app,
            tx,
            user,
            method=SignInMethod.PASSWORD,
            client=command.client,
            remember=command.remember_me,
        )
    return await admitted(app, issuer, outcome)


async def _let_try(app: AuthApp, command: SignIn, *, key: str, network: str) -> tuple[Credentials, Try, str]:
    """What there is to compare with, the try, and the name of the account's counter.

    Raises `TooManyAttempts`, or `AuthBusy` when all strangers together are too many.

    Whoever shows no device is a stranger and is counted before anything is looked up for them. A browser that this
    person has signed in with before has counters of its own, which no stranger can fill.
    """
    device = hash_token(command.client.device_token)
    found = await _find(app, key=key, device=device) if command.client.device_token else None
    known = found is not None and found.known_device
    account = f"account:{key}:{device.hex() if known else ''}"
    counters: Counters = {account: ACCOUNT}
    if not known:
        counters |= {f"network:{network}": NETWORK, _EVERYBODY: SIGN_IN_ALL}
    try:
        tried = (await app.attempts.begin(counters)).keeping(_EVERYBODY)
    except TooManyAttempts as error:
        if error.extra["limit"]["name"] != _EVERYBODY:
            raise
        raise AuthBusy("Try again in a moment.", retry_after=error.retry_after) from None
    return found or await _find(app, key=key, device=device), tried, account


async def _find(app: AuthApp, *, key: str, device: bytes) -> Credentials:
    async with app.db.read() as connection:
        owner_only = app.settings.password_sign_in == "owner_only"
        return await find_credentials(connection, email_key=key, device=device, owner_only=owner_only)


async def _record_failure(app: AuthApp, command: SignIn, found: Credentials) -> None:
    reason = "unknown_user"
    if found.user_id:
        reason = "no_password" if found.hash is None else "wrong_password" if found.active else "suspended"
    async with app.db.transaction() as tx:
        app.audit.record(
            tx,
            "sign_in",
            result="refused",
            reason=reason,
            method=SignInMethod.PASSWORD,
            user_id=found.user_id,
            client=command.client,
        )
    log.info("sign_in_refused", method="password", reason=reason)
