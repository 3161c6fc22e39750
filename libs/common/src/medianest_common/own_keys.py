"""Where a service's keys are, and what is made from them: the passwords of the database roles."""

import os
from pathlib import Path

from medianest_common.db.roles import role_url
from medianest_common.security.encryption import KeyRing
from medianest_common.service import Service
from medianest_common.settings import Settings, SettingsError


def load_keys(settings: Settings) -> KeyRing:
    """Raises `SettingsError` for a keyring that cannot be used."""
    try:
        if settings.secret_key:
            return KeyRing.parse(settings.secret_key.get_secret_value(), path=settings.file_of("secret_key"))
        return KeyRing.load_or_generate(keyring_file(settings))
    except (ValueError, OSError) as error:
        raise SettingsError(f"MEDIANEST_SECRET_KEY: {error}") from error


def keyring_file(settings: Settings) -> Path:
    """Where the keyring lies that we made ourselves."""
    return Path(settings.data_dir) / "secrets" / "keyring"


def role_secret(keys: KeyRing) -> bytes:
    """What the passwords of the services' database roles are made from."""
    return keys.derive("database-roles")


def database_url_of(service: Service, settings: Settings, *, keys: KeyRing) -> str:
    """`MEDIANEST_<SERVICE>_DATABASE_URL`, else the service's own role on the common server."""
    own = os.environ.get(f"MEDIANEST_{service.name.upper()}_DATABASE_URL")
    return own or role_url(settings.database_url, service.name, secret=role_secret(keys))
