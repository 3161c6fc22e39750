"""A browser that is away at a provider: sent off with a state that is good once, for ten minutes, in this browser."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import structlog
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from sqlalchemy import delete

from medianest_auth.adapters.providers import Leaving, Returned, SignInProvider
from medianest_auth.app import AuthApp
from medianest_auth.attempts import PROVIDER_START, PROVIDER_START_ALL
from medianest_auth.browser import limited_network
from medianest_auth.errors import ProviderUnreachable, SignInStateInvalid
from medianest_auth.models import ProviderFlow
from medianest_auth.return_path import safe_return_path
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import ClientInfo
from medianest_common.contracts.auth.providers import ProviderAddress, ReturnFromProvider
from medianest_common.errors import BadRequest
from medianest_common.security.encryption import Cell
from medianest_common.security.tokens import hash_token, new_token

log = structlog.get_logger()

FLOW_LASTS = timedelta(minutes=10)
_PROVIDER_SECONDS = 8.0


class Purpose(NamedTuple):
    """Linking belongs to somebody in a session; a sign-in may come with an invitation."""

    user_id: UUID | None = None
    session_id: UUID | None = None
    invite_id: UUID | None = None


SIGN_IN = Purpose()


async def limit_starts(app: AuthApp, client: ClientInfo) -> None:
    network = limited_network(client.ip)
    await app.attempts.begin(
        {f"provider-start:{network}": PROVIDER_START, "provider-start": PROVIDER_START_ALL}
    )


async def send_away(
    app: AuthApp,
    provider: SignInProvider,
    *,
    client: ClientInfo,
    return_to: str,
    purpose: Purpose = SIGN_IN,
    fresh: bool = False,
) -> ProviderAddress:
    if not client.browser_binding:
        raise BadRequest("The sign-in must belong to a browser.")
    state, nonce, verifier = new_token(), secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    leaving = Leaving(
        redirect_uri=redirect_uri(app, provider.id),
        state=state,
        nonce=nonce,
        challenge=create_s256_code_challenge(verifier),
        fresh=fresh,
    )
    async with in_time(provider):
        address = await provider.address(leaving)
    flow_id, now = uuid7(), app.clock.now()
    flow = ProviderFlow(
        id=flow_id,
        state_hash=hash_token(state),
        binding_hash=hash_token(client.browser_binding),
        provider=provider.id,
        issuer=provider.issuer,
        purpose="link" if purpose.user_id else "sign_in",
        user_id=purpose.user_id,
        session_id=purpose.session_id,
        invite_id=purpose.invite_id,
        verifier_sealed=app.seal.seal(verifier, cell=_cell(flow_id)),
        nonce=nonce,
        return_path=safe_return_path(return_to, base_url=app.settings.base_url),
        created_at=now,
        expires_at=now + FLOW_LASTS,
    )
    async with app.db.transaction() as tx:
        tx.session.add(flow)
    return ProviderAddress(auth_url=address, expires_at=flow.expires_at)


async def take(app: AuthApp, provider: SignInProvider, command: ReturnFromProvider) -> ProviderFlow:
    """The flow of this state, which is over with it. Raises `SignInStateInvalid` unless it is this browser's, came back
    from where it was sent, and in time."""
    invalid = SignInStateInvalid("Start again.")
    if not command.state:
        raise invalid
    statement = (
        delete(ProviderFlow)
        .where(ProviderFlow.state_hash == hash_token(command.state))
        .returning(ProviderFlow)
    )
    async with app.db.transaction() as tx:
        flow: ProviderFlow | None = (await tx.session.execute(statement)).scalar_one_or_none()
    if flow is None or app.clock.now() >= flow.expires_at:
        raise invalid
    if flow.binding_hash != hash_token(command.client.browser_binding):
        raise invalid
    if (flow.provider, flow.issuer) != (provider.id, provider.issuer):
        raise invalid
    return flow


@asynccontextmanager
async def in_time(provider: SignInProvider) -> AsyncIterator[None]:
    """Whoever waits for the same slow answer, and in whatever turn, is told before the browser gives up."""
    try:
        async with asyncio.timeout(_PROVIDER_SECONDS):
            yield
    except TimeoutError:
        log.warning("provider_too_slow", provider=provider.id)
        raise ProviderUnreachable(
            "The provider takes too long to answer. Try again in a moment.", retry_after=5
        ) from None


def returned(app: AuthApp, flow: ProviderFlow, *, code: str, iss: str | None) -> Returned:
    return Returned(
        redirect_uri=redirect_uri(app, flow.provider),
        code=code,
        iss=iss,
        verifier=app.seal.open_text(flow.verifier_sealed, cell=_cell(flow.id)),
        nonce=flow.nonce,
    )


def redirect_uri(app: AuthApp, provider: str) -> str:
    """As it must be written down at the provider, to the letter."""
    return f"{app.settings.base_url}/api/v1/auth/oauth/{provider}/callback"


def _cell(flow_id: UUID) -> Cell:
    return Cell("provider_flows", "verifier_sealed", flow_id)
