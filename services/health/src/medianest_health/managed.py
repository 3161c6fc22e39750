"""From rows to what administrators see of monitors."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from medianest_common.contracts.base import to_camel
from medianest_common.contracts.health import managing
from medianest_health.mapping import as_status

_MADE_BY = {"plex": "MEDIANEST_PLEX_URL or MEDIANEST_PLEX_TOKEN", "tmdb": "MEDIANEST_TMDB_API_KEY"}
_PLAIN = (
    "id",
    "name",
    "kind",
    "origin",
    "target",
    "group_id",
    "visibility",
    "position",
    "paused",
    "enabled",
    "interval_seconds",
    "timeout_seconds",
    "failures",
    "out_of",
    "successes",
    "slow_ms",
    "inverted",
    "reminder_seconds",
    "external_ref",
    "version",
    "created_at",
    "updated_at",
)


def as_managed(
    row: RowMapping, *, secrets: Mapping[str, Any], depends_on: Sequence[UUID], now: datetime
) -> managing.Monitor:
    values = {name: row[name] for name in _PLAIN}
    return managing.Monitor(
        **values,
        made_by=made_by(row["key"]) if row["origin"] == "automatic" else None,
        spec={to_camel(name): value for name, value in row["config"].items()} or None,
        secrets=sorted(names_of(secrets)),
        depends_on=list(depends_on),
        standing=as_status(row, now=now),
    )


def made_by(key: str) -> str | None:
    """The setting that an automatic monitor stands for; None for a part of the installation."""
    if key.startswith(("service:", "server:")):
        return None
    return _MADE_BY.get(key, f"MEDIANEST_{key.upper()}_URL")


def names_of(secrets: Mapping[str, Any]) -> list[str]:
    """As people know them, each header by itself."""
    names = []
    for name, value in secrets.items():
        if isinstance(value, dict):
            names += [f"{to_camel(name)}.{each}" for each in value]
        else:
            names.append(to_camel(name))
    return names
