"""What a monitor looks at, in its two columns: what may be read there, and what is sealed for its row."""

import json
from typing import Any
from uuid import UUID

from pydantic import SecretStr, TypeAdapter, ValidationError

from medianest_common.contracts.health.kinds import MonitorSpec
from medianest_common.security.encryption import Cell, Cipher, Undecryptable, UnknownKey
from medianest_health.models import Monitor

_SPEC: TypeAdapter[MonitorSpec] = TypeAdapter(MonitorSpec)

UNREADABLE = "What it was set up with can no longer be read here. Enter it again."


class SpecUnreadable(Exception):
    """Sealed under a key that is gone, or written by a version that knew other fields."""


def stored(spec: MonitorSpec) -> tuple[dict[str, Any], dict[str, Any]]:
    """Its configuration without what is secret, and its secrets."""
    secrets = {name: value for name in type(spec).model_fields if (value := _plain(getattr(spec, name)))}
    return spec.model_dump(mode="json", by_alias=False, exclude=set(secrets)), secrets


def seal_secrets(cipher: Cipher, monitor_id: UUID, secrets: dict[str, Any]) -> str | None:
    return cipher.seal(json.dumps(secrets), cell=_cell(monitor_id)) if secrets else None


def open_secrets(cipher: Cipher, monitor_id: UUID, sealed: str | None) -> dict[str, Any]:
    """Raises `SpecUnreadable`."""
    if sealed is None:
        return {}
    try:
        opened: dict[str, Any] = json.loads(cipher.open_text(sealed, cell=_cell(monitor_id)))
    except (UnknownKey, Undecryptable, ValueError):
        raise SpecUnreadable(UNREADABLE) from None
    return opened


def spec_of(monitor: Monitor, *, cipher: Cipher) -> MonitorSpec:
    """Of one that was made by hand or imported. Raises `SpecUnreadable`."""
    try:
        return spec_from(monitor.config | open_secrets(cipher, monitor.id, monitor.secrets_sealed))
    except ValidationError:
        raise SpecUnreadable(UNREADABLE) from None


def spec_from(values: dict[str, Any]) -> MonitorSpec:
    return _SPEC.validate_python(values)


def _plain(value: object) -> Any:
    """What is secret about it, if anything is."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, dict):
        return {name: plain for name, each in value.items() if (plain := _plain(each))}
    return None


def _cell(monitor_id: UUID) -> Cell:
    return Cell("monitors", "secrets_sealed", monitor_id)
