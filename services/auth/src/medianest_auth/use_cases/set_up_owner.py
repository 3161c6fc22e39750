"""The first owner, made by whoever holds the set-up link. There is one winner, whoever else tries at the same time."""

from sqlalchemy.exc import IntegrityError

from medianest_auth.app import AuthApp
from medianest_auth.attempts import SETUP
from medianest_auth.browser import limited_network
from medianest_auth.errors import SetupDone, SetupTokenInvalid
from medianest_auth.mapping import change_of
from medianest_auth.models import Password, User
from medianest_auth.normalising import email_key, valid_email, valid_name
from medianest_auth.repository import Users
from medianest_auth.sessions import Started, deny, signed_in, start_session
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import SetUpOwner, SignedIn, SignInMethod, UserCreated
from medianest_common.errors import FieldError, Invalid

_DONE = "Sign in, or ask the owner for access."


async def set_up_owner(app: AuthApp, command: SetUpOwner) -> SignedIn:
    issuer = await app.signing.current()
    async with app.setting_up:
        async with app.db.transaction() as tx:
            if await Users(tx.session).owner_exists():
                raise SetupDone(_DONE)
        tried = await app.attempts.begin({f"setup:{limited_network(command.client.ip)}": SETUP})
        if not app.setup_token.matches(command.setup_token):
            raise SetupTokenInvalid("Open the link that the installation printed when it started.")
        await app.attempts.forgive(tried)
        name, email = valid_name(command.name), valid_email(command.email)
        password = app.policy.accept(command.password, context=(name, email))
        hashed = await app.hasher.hash(password)
        try:
            started = await _create(app, command, name=name, email=email, hashed=hashed)
        except IntegrityError as error:
            if "uq_users_one_owner" in str(error.orig):
                raise SetupDone(_DONE) from None
            raise Invalid(errors=[FieldError("email", "This address is in use already.")]) from None
        app.setup_token.withdraw()
    await deny(app, started.ended)
    return signed_in(
        app,
        issuer,
        started.user,
        started.session,
        refresh_token=started.refresh_token,
        device_token=started.device_token,
        plex_linked=started.plex_linked,
    )


async def _create(app: AuthApp, command: SetUpOwner, *, name: str, email: str, hashed: str) -> Started:
    now = app.clock.now()
    async with app.db.transaction() as tx:
        owner = await Users(tx.session).add(
            User(
                id=uuid7(),
                name=name,
                email=email,
                email_key=email_key(email),
                role="owner",
                status="active",
                permissions_version=1,
                version=1,
                created_at=now,
            )
        )
        tx.session.add(Password(user_id=owner.id, hash=hashed, changed_at=now))
        tx.emit(change_of(UserCreated, owner))
        app.audit.record(tx, "set_up", user_id=owner.id, client=command.client)
        return await start_session(
            app, tx, owner, method=SignInMethod.PASSWORD, client=command.client, remember=False
        )
