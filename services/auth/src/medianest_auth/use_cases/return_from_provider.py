"""A browser is back from a provider: find out who it is there, then sign in whoever that is here, or link the two."""

import structlog

from medianest_auth.accounts import create_user, follow_account
from medianest_auth.adapters.providers import Proven, SignInProvider
from medianest_auth.admission import admit, admitted
from medianest_auth.app import AuthApp
from medianest_auth.errors import (
    AccountSuspended,
    LinkRequired,
    NotInvited,
    SignInDeclined,
    SignInNotConfirmed,
    SignInStateInvalid,
)
from medianest_auth.invites import claim, redeem
from medianest_auth.linking import link
from medianest_auth.models import ProviderFlow, User
from medianest_auth.normalising import email_key
from medianest_auth.provider_flows import in_time, returned, take
from medianest_auth.repository import Users
from medianest_auth.sessions import Started
from medianest_common.contracts.auth import ClientInfo, SignInResult
from medianest_common.contracts.auth.providers import ReturnedFromProvider, ReturnFromProvider
from medianest_common.contracts.identity import Role
from medianest_common.db import Transaction
from medianest_common.errors import MediaNestError

log = structlog.get_logger()


async def return_from_provider(app: AuthApp, command: ReturnFromProvider) -> ReturnedFromProvider:
    provider = app.providers.named(command.provider)
    flow = await take(app, provider, command)
    try:
        proven = await _ask(app, provider, flow, command)
        if flow.purpose == "link":
            await _link(app, flow, proven, command.client)
            return ReturnedFromProvider(result=None, linked=True, return_path=flow.return_path)
        result = await _sign_in(app, provider, flow, proven, command.client)
    except MediaNestError as refused:
        await _record_refusal(app, provider, flow, command.client, reason=refused.code.lower())
        raise
    return ReturnedFromProvider(result=result, linked=False, return_path=flow.return_path)


async def _ask(
    app: AuthApp, provider: SignInProvider, flow: ProviderFlow, command: ReturnFromProvider
) -> Proven:
    """The provider's tokens live in this call only."""
    if command.error == "access_denied":
        raise SignInDeclined("Start again when you want to.")
    if command.error:
        raise SignInNotConfirmed("Start again.")
    if not command.code:
        raise SignInStateInvalid("Start again.")
    async with in_time(provider):
        return await provider.identify(returned(app, flow, code=command.code, iss=command.iss))


async def _link(app: AuthApp, flow: ProviderFlow, proven: Proven, client: ClientInfo) -> None:
    async with app.db.transaction() as tx:
        await link(app, tx, proven.account, user_id=flow.user_id, session_id=flow.session_id, client=client)
    log.info("identity_linked", user_id=str(flow.user_id), provider=flow.provider)


async def _sign_in(
    app: AuthApp, provider: SignInProvider, flow: ProviderFlow, proven: Proven, client: ClientInfo
) -> SignInResult:
    issuer = await app.signing.current()
    async with app.db.transaction() as tx:
        user = await _welcome(app, tx, provider, flow, proven, client)
        outcome = await admit(app, tx, user, method=provider.kind, client=client, remember=True)
        if isinstance(outcome, Started) and proven.auth_time:
            # Whoever was still signed in there has proved nothing now; what needs a fresh sign-in must ask for one.
            outcome.session.auth_time = min(proven.auth_time, outcome.session.auth_time)
    return await admitted(app, issuer, outcome)


async def _welcome(
    app: AuthApp,
    tx: Transaction,
    provider: SignInProvider,
    flow: ProviderFlow,
    proven: Proven,
    client: ClientInfo,
) -> User:
    """The active user behind the account, locked; found by the issuer's own id, never by e-mail, or made now."""
    users, account, now = Users(tx.session), proven.account, app.clock.now()
    user = await users.by_identity(account.issuer, account.subject)
    if user is not None:
        if user.status != "active":
            raise AccountSuspended("Ask the owner of this installation.")
        await follow_account(tx, user, account, now=now)
        return user
    if proven.claimed_email and await users.email_taken(email_key(proven.claimed_email)):
        raise LinkRequired(
            f"Sign in the way you did until now, then link {provider.name} in your account's settings."
        )
    if flow.invite_id:
        invite = await claim(app, tx, flow.invite_id)
        user = await create_user(tx, account, role=Role(invite.role), now=now)
        redeem(app, tx, invite, user, client=client)
        return user
    if provider.open:
        return await create_user(tx, account, role=Role.USER, now=now)
    raise NotInvited("Ask the owner of this installation for an invitation.")


async def _record_refusal(
    app: AuthApp, provider: SignInProvider, flow: ProviderFlow, client: ClientInfo, *, reason: str
) -> None:
    async with app.db.transaction() as tx:
        app.audit.record(
            tx,
            "identity_link" if flow.purpose == "link" else "sign_in",
            result="refused",
            reason=reason,
            method=provider.kind,
            user_id=flow.user_id,
            client=client,
        )
    log.info("sign_in_refused", method=provider.kind, provider=provider.id, reason=reason)
