"""The services of the product, by name; each is imported only when it is asked for."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from medianest.errors import SetupError

if TYPE_CHECKING:
    from medianest_common.service import Service

ALL: Mapping[str, str] = {
    "gateway": "medianest_gateway.service:SERVICE",
    "auth": "medianest_auth.service:SERVICE",
    "media": "medianest_media.service:SERVICE",
    "plex": "medianest_plex.service:SERVICE",
    "youtube": "medianest_youtube.service:SERVICE",
    "notifications": "medianest_notifications.service:SERVICE",
    "health": "medianest_health.service:SERVICE",
}


def services(names: Iterable[str] = ()) -> list["Service"]:
    """Those named, or all."""
    return [service(name) for name in tuple(names) or ALL]


def service(name: str) -> "Service":
    if name not in ALL:
        raise SetupError(f"There is no service {name!r}. There are: {', '.join(ALL)}.")
    module, _, attribute = ALL[name].partition(":")
    found: Service = getattr(import_module(module), attribute)
    return found
