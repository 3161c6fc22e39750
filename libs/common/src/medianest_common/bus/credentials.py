"""As whom somebody comes to the bus, and what they believe the server by."""

import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from medianest_common.seeds import seed_file
from medianest_common.settings import PREFIX, Settings, SettingsError, ensure_private

_SEEDS = f"{PREFIX}NATS_SEEDS_DIR"
_AUTHORITY = f"{PREFIX}NATS_CA_FILE"


@dataclass(frozen=True, slots=True)
class Credentials:
    """`seed` is the secret half of a user's key; without one the address says who we are, if anything does."""

    seed: str | None = None
    tls: ssl.SSLContext | None = None

    def options(self) -> dict[str, Any]:
        """For `nats.connect`."""
        return {"nkeys_seed_str": self.seed, "tls": self.tls}


def credentials(settings: Settings, *, user: str) -> Credentials:
    """Raises `SettingsError` where there should be a seed and is none that can be used."""
    return Credentials(seed=_seed(settings, user=user), tls=_tls(settings))


def _seed(settings: Settings, *, user: str) -> str | None:
    if settings.nats_seeds_dir is None:
        return None
    path = seed_file(settings.nats_seeds_dir, user)
    try:
        ensure_private(path, variable=_SEEDS)
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        if urlsplit(settings.nats_url).username:
            return None
        raise SettingsError(
            f"{_SEEDS}: {path} is missing. `medianest nats-users` makes the users of the bus."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{_SEEDS}: cannot read {path}: {error}") from error


def _tls(settings: Settings) -> ssl.SSLContext | None:
    """A server that asks for TLS, or is named by `tls://`, is believed by the system's authorities otherwise."""
    if settings.nats_ca_file is None:
        return None
    try:
        return ssl.create_default_context(cafile=str(settings.nats_ca_file))
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"{_AUTHORITY}: {settings.nats_ca_file} is no certificate that can be read: {error}"
        ) from None
