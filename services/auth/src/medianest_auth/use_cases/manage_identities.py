"""Which accounts elsewhere open one's own: see them, link one more, unlink one."""

from sqlalchemy import select

from medianest_auth.app import AuthApp
from medianest_auth.challenges import end_challenges
from medianest_auth.errors import AccountHangsOnPlex
from medianest_auth.linking import PLEX, is_usable, require_a_way_in, shown_as, told
from medianest_auth.models import Identity as Row
from medianest_auth.models import Session
from medianest_auth.plex_access import PlexIdentities
from medianest_auth.provider_flows import Purpose, limit_starts, send_away
from medianest_auth.proving import require_fresh_proof
from medianest_auth.repository import Sessions, Users
from medianest_auth.sessions import deny, end_sessions
from medianest_auth.use_cases.start_plex_sign_in import start_plex_pin
from medianest_common.bus import require_person
from medianest_common.contracts.auth import RevocationReason, SignInMethod
from medianest_common.contracts.auth.providers import (
    Identity,
    IdentityUnlinked,
    LinkingStarted,
    ListIdentities,
    StartLinking,
    UnlinkIdentity,
)
from medianest_common.contracts.base import Nothing, Page
from medianest_common.errors import NotFound


async def list_identities(app: AuthApp, query: ListIdentities) -> Page[Identity]:
    caller = require_person()
    statement = select(Row).where(Row.user_id == caller.user_id).order_by(Row.linked_at, Row.issuer)
    async with app.db.transaction() as tx:
        rows = (await tx.session.execute(statement)).scalars().all()
    return Page(items=[_shown(app, row) for row in rows])


async def start_linking(app: AuthApp, command: StartLinking) -> LinkingStarted:
    caller = await require_fresh_proof(app)
    who = Purpose(user_id=caller.user_id, session_id=caller.session_id)
    if command.provider == PLEX:
        started = await start_plex_pin(app, command.client, linking=who)
        return LinkingStarted(
            auth_url=started.auth_url,
            expires_at=started.expires_at,
            login_id=started.login_id,
            code=started.code,
        )
    provider = app.providers.named(command.provider)
    await limit_starts(app, command.client)
    address = await send_away(app, provider, client=command.client, return_to=command.return_to, purpose=who)
    return LinkingStarted(auth_url=address.auth_url, expires_at=address.expires_at)


async def unlink_identity(app: AuthApp, command: UnlinkIdentity) -> Nothing:
    """Sessions that were started this way end, except the one that asks: whoever holds that account is out."""
    caller = await require_fresh_proof(app)
    async with app.db.transaction() as tx:
        user = await Users(tx.session).get(caller.user_id, lock=True)
        condition = (Row.user_id == caller.user_id, Row.provider == command.provider)
        rows = (await tx.session.execute(select(Row).where(*condition))).scalars().all()
        if user is None or not rows:
            raise NotFound("There is no such account linked to yours.")
        if command.provider == PLEX and not await PlexIdentities(tx.session).stands_alone(user.id):
            raise AccountHangsOnPlex(
                "It lasts as long as your access to the Plex server, so the two stay linked."
            )
        for row in rows:
            await tx.session.delete(row)
        await require_a_way_in(app, tx, user)
        for row in rows:
            await told(tx, user, row.issuer)
            name = shown_as(app, row.provider)
            tx.emit(IdentityUnlinked(user_id=user.id, provider=name, account=row.name))
        ended = await Sessions(tx.session).list(
            Session.user_id == user.id,
            Session.method == _kind(app, command.provider),
            Session.revoked_at.is_(None),
            Session.id != caller.session_id,
        )
        end_sessions(app, tx, ended, reason=RevocationReason.REVOKED)
        await end_challenges(tx, user.id)
        app.audit.record(
            tx,
            "identity_unlink",
            method=command.provider,
            user_id=user.id,
            session_id=caller.session_id,
            target=f"identity:{command.provider}",
            client=command.client,
        )
    await deny(app, ended)
    return Nothing()


def _shown(app: AuthApp, row: Row) -> Identity:
    return Identity(
        provider=row.provider,
        name=shown_as(app, row.provider),
        kind=_kind(app, row.provider),
        account=row.name,
        linked_at=row.linked_at,
        last_used_at=row.last_used_at,
        usable=is_usable(app, row.provider, row.issuer),
    )


def _kind(app: AuthApp, provider: str) -> SignInMethod:
    """Also of one that is turned off: only OpenID Connect providers have names of their own."""
    return SignInMethod(provider) if provider in set(SignInMethod) else SignInMethod.OIDC
