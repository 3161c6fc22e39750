"""Everything the auth service works with, in one value."""

import asyncio
from dataclasses import dataclass, field

from medianest_auth.adapters.mail_delivery import MailDelivery
from medianest_auth.adapters.plex_server import PlexServerIdentity
from medianest_auth.adapters.plex_tv import PlexTv
from medianest_auth.adapters.providers import SignInProviders
from medianest_auth.adapters.relying_party import RelyingParty
from medianest_auth.attempts import Attempts
from medianest_auth.audit import Audit
from medianest_auth.in_background import InBackground
from medianest_auth.passwords import Hasher, PasswordPolicy
from medianest_auth.settings import AuthSettings
from medianest_auth.setup_token import SetupToken
from medianest_auth.signing import SigningKeys
from medianest_common.bus import Bus
from medianest_common.clock import Clock
from medianest_common.db import Database
from medianest_common.mail import Mailer
from medianest_common.security.denylist import DenyList
from medianest_common.security.encryption import Cipher


@dataclass(frozen=True, slots=True)
class AuthApp:
    settings: AuthSettings
    db: Database
    bus: Bus
    clock: Clock
    hasher: Hasher
    policy: PasswordPolicy
    attempts: Attempts
    audit: Audit
    signing: SigningKeys
    denied: DenyList
    seal: Cipher
    """For what is kept a few seconds: the answer to a request that may come twice."""
    totp_seal: Cipher
    relying_party: RelyingParty
    mailer: Mailer
    mail_delivery: MailDelivery
    setup_token: SetupToken
    plex_tv: PlexTv
    plex_server: PlexServerIdentity
    providers: SignInProviders
    checking: InBackground = field(default_factory=InBackground)
    """Looks whether people still have access to the Plex server."""
    setting_up: asyncio.Lock = field(default_factory=asyncio.Lock)
