"""The auth service: who somebody is, and for how long that holds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from medianest_auth.adapters.mail_delivery import MailDelivery
from medianest_auth.adapters.plex_server import PlexServerIdentity
from medianest_auth.adapters.plex_tv import PRODUCT, PlexTv
from medianest_auth.adapters.providers import open_providers
from medianest_auth.adapters.relying_party import RelyingParty
from medianest_auth.app import AuthApp
from medianest_auth.attempts import Attempts
from medianest_auth.audit import Audit
from medianest_auth.handlers import handlers
from medianest_auth.in_background import InBackground
from medianest_auth.models import Base, Installation
from medianest_auth.passwords import Hasher, PasswordPolicy
from medianest_auth.repository import Installations, Users
from medianest_auth.settings import AuthSettings
from medianest_auth.setup_token import SetupToken
from medianest_auth.signing import SigningKeys
from medianest_common.bus import Reach
from medianest_common.contracts.gateway import EraseUserData
from medianest_common.contracts.notifications import GetMailState, SendMail
from medianest_common.contracts.plex import GetServerIdentity, ListServerMembers, RememberMember
from medianest_common.contracts.plex.watchlist import OfferAccountToken
from medianest_common.db import Database
from medianest_common.mail import PURPOSE as MAIL
from medianest_common.mail import Mailer
from medianest_common.security.denylist import DenyList
from medianest_common.service import Runtime, Service


@asynccontextmanager
async def open_app(runtime: Runtime[AuthSettings]) -> AsyncIterator[AuthApp]:
    settings, clock, keys = runtime.settings, runtime.clock, runtime.keys
    signing = SigningKeys(
        runtime.db, cipher=keys.cipher("signing-keys"), issuer=settings.base_url, clock=clock
    )
    await signing.ensure()
    setup_token = SetupToken(settings, keys=keys)
    await _offer_setup(runtime.db, setup_token)
    plex_tv = PlexTv(
        settings.plex_tv_url,
        client_identifier=await _client_identifier(runtime.db),
        device_name=f"{PRODUCT} ({urlsplit(settings.base_url).hostname})",
        clock=clock,
    )
    hasher = Hasher(
        memory_kib=settings.argon2_memory_kib,
        rounds=settings.argon2_rounds,
        threads=1 if settings.profile == "small" else None,
    )
    checking = InBackground()
    try:
        async with plex_tv, open_providers(settings, clock=clock) as providers:
            yield AuthApp(
                settings=settings,
                db=runtime.db,
                bus=runtime.bus,
                clock=clock,
                hasher=hasher,
                policy=PasswordPolicy(shortest=settings.password_min_length),
                attempts=Attempts(runtime.valkey, clock=clock),
                audit=Audit(clock),
                signing=signing,
                denied=DenyList(runtime.valkey, clock=clock),
                seal=keys.cipher("repeated-answers"),
                totp_seal=keys.cipher("totp"),
                relying_party=RelyingParty(settings.base_url),
                mailer=Mailer(keys.cipher(MAIL), clock=clock),
                mail_delivery=MailDelivery(runtime.bus, clock=clock),
                setup_token=setup_token,
                plex_tv=plex_tv,
                plex_server=PlexServerIdentity(runtime.bus),
                checking=checking,
                providers=providers,
            )
    finally:
        await checking.aclose()
        hasher.close()


async def _offer_setup(db: Database, setup_token: SetupToken) -> None:
    async with db.transaction() as tx:
        done = await Users(tx.session).owner_exists()
    if done:
        setup_token.withdraw()
    else:
        setup_token.offer()


async def _client_identifier(db: Database) -> UUID:
    async with db.transaction() as tx:
        installations = Installations(tx.session)
        await installations.add_new({"id": 1, "plex_client_identifier": uuid4()})
        return (await tx.session.get_one(Installation, 1)).plex_client_identifier


SERVICE = Service(
    name="auth",
    handlers=handlers,
    open_app=open_app,
    settings=AuthSettings,
    reach=Reach(
        asks=(GetMailState, GetServerIdentity, ListServerMembers, OfferAccountToken, RememberMember),
        gives=(EraseUserData, SendMail),
        forgets_events=True,
        settles_dead_letters=True,
    ),
    metadata=Base.metadata,
)
