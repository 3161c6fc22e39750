"""Keys and passwords of what is set up, for whoever wants them in the file: encrypted with a passphrase, as a file of
age that opens without us too.

No service gives them out, so they are read from the tables, as `medianest admin rotate-keys` does.
"""

import base64
import binascii
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from pydantic import ValidationError

from medianest import registry
from medianest.errors import Refused
from medianest.keeping.age import Opening, Sealing, Unopened
from medianest.keeping.tables import dsn_of
from medianest_common.contracts.base import Body, to_camel
from medianest_common.contracts.integrations import IntegrationKind
from medianest_common.integrations.rows import PURPOSE, cell_of
from medianest_common.lifecycle import database_url_of, load_keys
from medianest_common.security.encryption import KeyRing, Undecryptable, UnknownKey
from medianest_common.settings import Settings

SHORTEST = 12
_KEEP_INTEGRATIONS = ("plex", "media", "health", "notifications")
_SECONDS = 10.0
_INTEGRATIONS = "select kind, secret_sealed from integrations where secret_sealed is not null and not removed"
_MONITORS = """
    select id, name, secrets_sealed from monitors
    where secrets_sealed is not null and origin <> 'automatic' order by position desc, id desc
"""


class Secrets(Body):
    integrations: dict[str, str] = {}
    """By kind."""
    monitors: dict[str, dict[str, Any]] = {}
    """Fields of the specification, by name."""


def passphrase_in(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"The passphrase in {file} cannot be read: {error}.") from None
    if len(text) < SHORTEST:
        raise Refused(
            f"The passphrase in {file} must be at least {SHORTEST} letters long; several words are easy to keep."
        )
    return text


def sealed(secrets: Secrets, *, passphrase: str) -> str:
    raw = io.BytesIO()
    sealing = Sealing(raw, passphrase=passphrase)
    sealing.write(secrets.model_dump_json(by_alias=True).encode())
    sealing.close()
    return base64.b64encode(raw.getvalue()).decode()


def opened(text: str, *, passphrase: str) -> Secrets:
    """Raises `Refused`."""
    try:
        plain = Opening(io.BytesIO(base64.b64decode(text, validate=True)), passphrase=passphrase).read()
        return Secrets.model_validate_json(plain)
    except Unopened as error:
        raise Refused(f"What is secret in the file does not open. {error}") from None
    except (binascii.Error, ValidationError):
        raise Refused("What is secret in the file is damaged. Export it again.") from None


def merged(given: dict[str, Any], secrets: Secrets) -> dict[str, Any]:
    """Into a document as it was read. What somebody has entered by hand counts."""
    for entry in _entries(given, "integrations"):
        if (secret := secrets.integrations.get(str(entry.get("kind")))) is not None:
            entry.setdefault("secret", secret)
    for entry in _entries(given, "monitors"):
        spec = entry.get("spec")
        if isinstance(spec, dict):
            for name, value in secrets.monitors.get(str(entry.get("name")), {}).items():
                spec.setdefault(to_camel(name), value)
    return given


def _entries(given: dict[str, Any], part: str) -> list[dict[str, Any]]:
    """Whatever else stands there is said afterwards."""
    found = given.get(part)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


async def read_secrets(settings: Settings) -> tuple[Secrets, list[str]]:
    """Those of this installation, as far as its keys open them; and in words, those that they do not."""
    from medianest_health.repository.specs import UNREADABLE, SpecUnreadable, open_secrets

    keys = load_keys(settings)
    found, unopened = Secrets(), list[str]()
    for service in _KEEP_INTEGRATIONS:
        async with _tables_of(service, settings, keys=keys) as tables:
            for row in await tables.fetch(_INTEGRATIONS, timeout=_SECONDS):
                try:
                    cell = cell_of(IntegrationKind(row["kind"]))
                    opened_text = keys.cipher(PURPOSE).open_text(row["secret_sealed"], cell=cell)
                    found.integrations[row["kind"]] = opened_text
                except (UnknownKey, Undecryptable, ValueError):
                    unopened.append(f"integrations: what is secret about {row['kind']}. {UNREADABLE}")
    async with _tables_of("health", settings, keys=keys) as tables:
        for row in await tables.fetch(_MONITORS, timeout=_SECONDS):
            try:
                found.monitors[row["name"]] = open_secrets(
                    keys.cipher("monitor"), row["id"], row["secrets_sealed"]
                )
            except SpecUnreadable:
                unopened.append(f"monitors: what is secret about {row['name']}. {UNREADABLE}")
    return found, unopened


@asynccontextmanager
async def _tables_of(service: str, settings: Settings, *, keys: KeyRing) -> AsyncIterator[asyncpg.Connection]:
    url = database_url_of(registry.service(service), settings, keys=keys)
    connection = await asyncpg.connect(
        dsn_of(url), timeout=_SECONDS, server_settings={"search_path": service}
    )
    try:
        yield connection
    finally:
        await connection.close(timeout=2)
