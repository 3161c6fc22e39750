"""Sign in with a password. Whatever is wrong, the answer and the time it takes are the same."""

import structlog

from medianest_auth.admission import admit, admitted
from medianest_auth.app import AuthApp
from medianest_auth.attempts import ACCOUNT, NETWORK, Counters
from medianest_auth.browser import limited_network
from medianest_auth.errors import InvalidCredentials
from medianest_auth.normalising import email_key
from medianest_auth.passwords import normalised
from medianest_auth.repository import Credentials, Users, find_credentials
from medianest_common.contracts.auth import SignIn, SignInMethod, SignInResult
from medianest_common.security.tokens import hash_token

log = structlog.get_logger()


async def sign_in(app: AuthApp, command: SignIn) -> SignInResult:
    issuer = await app.signing.current()
    key, device = email_key(command.email), hash_token(command.client.device_token)
    async with app.db.read() as connection:
        found = await find_credentials(connection, email_key=key, device=device)
    account = f"account:{key}:{device.hex() if found.known_device else ''}"
    counters: Counters = {account: ACCOUNT}
    if not found.known_device:
        counters[f"network:{limited_network(command.client.ip)}"] = NETWORK
    tried = await app.attempts.begin(counters)
    password = normalised(command.password)
    matches = await app.hasher.verify(found.hash, password)
    if not matches or not found.active or found.user_id is None or password is None:
        await _record_failure(app, command, found)
        raise InvalidCredentials("Check both and try again.")
    await app.attempts.forgive(tried, clear=[account])
    upgraded = await app.hasher.hash(password) if found.hash and app.hasher.is_outdated(found.hash) else None
    async with app.db.transaction() as tx:
        users = Users(tx.session)
        user = await users.get(found.user_id, lock=True)
        if user is None or user.status != "active":
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
