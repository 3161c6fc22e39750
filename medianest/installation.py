"""What all commands need to know first: the settings, the data folder, and the addresses of the three servers."""

import os
import socket
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from medianest.embedded import EmbeddedServers, ServerUrls
from medianest.embedded.servers import urls_of_running
from medianest_common.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from medianest_common.service import Service

CHECKOUT = Path(__file__).parents[1]


def read_settings(**overrides: Any) -> Settings:
    """What was not named has a sensible value afterwards: the data folder, always absolute, and the base URL, which
    follows the port."""
    settings = load(Settings, **overrides)
    named = settings.model_fields_set
    data_dir = settings.data_dir if "data_dir" in named else default_data_dir()
    base_url = settings.base_url if "base_url" in named else f"http://localhost:{settings.port}"
    return load(Settings, **overrides | {"data_dir": data_dir.expanduser().absolute(), "base_url": base_url})


def default_data_dir() -> Path:
    """`data` in the checkout; for an installed package the platform's folder for a user's data."""
    if (CHECKOUT / "pyproject.toml").exists() and (CHECKOUT / "Makefile").exists():
        return CHECKOUT / "data"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "MediaNest"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "medianest"


def hindrance(settings: Settings) -> str | None:
    """What the system says against listening where the settings want to; None when the place is free."""
    try:
        socket.create_server((settings.host, settings.port)).close()
    except OSError as error:
        return (error.strerror or str(error)).partition(" (while")[0]
    return None


def free_port(host: str = "127.0.0.1") -> int:
    with socket.create_server((host, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def embedded(settings: Settings) -> EmbeddedServers:
    """Not started yet; a server that the settings name is left out."""
    return EmbeddedServers(
        settings.data_dir,
        nats_url=settings.nats_url or None,
        database_url=settings.database_url or None,
        valkey_url=settings.valkey_url or None,
        small=settings.profile == "small",
    )


def with_urls(settings: Settings, urls: ServerUrls) -> Settings:
    return settings.model_copy(
        update={
            "nats_url": urls.nats_url,
            "nats_seeds_dir": urls.nats_seeds_dir or settings.nats_seeds_dir,
            "database_url": urls.database_by_socket or urls.database_url,
            "valkey_url": urls.valkey_by_socket or urls.valkey_url,
        }
    )


def shared_settings(settings: Settings) -> dict[str, Any]:
    """What was found out here and holds for every service, whatever the environment says. Where they come to the bus
    with keys of their own, the operator's password is not told."""
    return {
        "nats_url": without_user(settings.nats_url) if settings.nats_seeds_dir else settings.nats_url,
        "nats_seeds_dir": settings.nats_seeds_dir,
        "database_url": settings.database_url,
        "valkey_url": settings.valkey_url,
        "data_dir": settings.data_dir,
        "base_url": settings.base_url,
    }


def without_user(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def check_settings(services: Iterable["Service"]) -> None:
    """Raises `SettingsError` that names every wrong variable of all these services."""
    problems: dict[str, None] = {}
    for service in services:
        try:
            load(service.settings)
        except SettingsError as error:
            problems |= dict.fromkeys(str(error).splitlines())
    if problems:
        raise SettingsError("\n".join(problems))


def on_running_servers(settings: Settings) -> Settings | None:
    """With the addresses of those that run; None where one of ours is needed and does not run."""
    if running := urls_of_running(settings.data_dir):
        return with_urls(
            settings,
            ServerUrls(
                nats_url=settings.nats_url or running.nats_url,
                database_url=settings.database_url or running.database_url,
                valkey_url=settings.valkey_url or running.valkey_url,
                nats_seeds_dir=None if settings.nats_url else running.nats_seeds_dir,
            ),
        )
    return settings if settings.nats_url and settings.database_url else None


@asynccontextmanager
async def reachable(settings: Settings) -> AsyncIterator[Settings]:
    """The servers of the running installation, or our own for as long as the block lasts."""
    if urls_of_running(settings.data_dir) and (present := on_running_servers(settings)):
        yield present
        return
    async with embedded(settings) as servers:
        yield with_urls(settings, servers.urls)
