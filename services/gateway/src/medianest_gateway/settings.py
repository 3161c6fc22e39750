"""Settings of the gateway beyond those that every service has."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from medianest_common.settings import Settings
from medianest_gateway.signed_webhooks import key_of

_ADDRESS_PART = re.compile(r"[A-Za-z0-9_-]{16,128}")
_ENTRIES = re.compile(r"[,\n]")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SHORTEST_KEY = 24
_HOST = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?", re.IGNORECASE)


class GatewaySettings(Settings):
    cors_origins: str = ""
    """Other origins whose pages may call the API with cookies, separated by commas; our own needs no mention."""
    allowed_hosts: str = ""
    """Further host names under which we are reached, separated by commas."""
    overseerr_webhook_secret: SecretStr | None = None
    """The `Authorization` value that Overseerr is told to send; without one its webhook is refused."""
    plex_webhook_secret: SecretStr | None = None
    """The last part of the addresses that Plex and Tautulli are told to send to; without one there are none."""
    sonarr_webhook_secret: SecretStr | None = None
    """What Sonarr shows, at the end of the address or as its password; without one nothing of it is taken."""
    radarr_webhook_secret: SecretStr | None = None
    prowlarr_webhook_secret: SecretStr | None = None
    uptime_kuma_webhook_secret: SecretStr | None = None
    generic_webhook_secrets: SecretStr | None = None
    """Of webhooks that are signed: `name=secret`, each on a line or parted by commas."""
    forward_auth_domains: str = ""
    """Other sites that let us say who somebody is, separated by commas: `radarr.example.org`, `*.apps.example.org`."""
    forward_auth_cookie_domain: str = ""
    """The domain that we and those sites have in common. Every site below it sees the pass, so each must be trusted."""
    forward_auth_user: Literal["id", "email", "name"] = "id"
    """What `Remote-User` says. Only the id is never anybody else's, later or elsewhere."""
    request_timeout: float = Field(default=10, gt=0, le=60)
    """Seconds after which a request is answered with 504 whatever it waits for."""
    rate_limit_scale: float = Field(default=1, gt=0)
    """All limits times this; large for load tests, small for a portal under attack."""

    @field_validator(
        "plex_webhook_secret",
        "sonarr_webhook_secret",
        "radarr_webhook_secret",
        "prowlarr_webhook_secret",
        "uptime_kuma_webhook_secret",
    )
    @classmethod
    def _fits_into_an_address(cls, secret: SecretStr | None) -> SecretStr | None:
        value = secret.get_secret_value().strip() if secret else ""
        if value and not _ADDRESS_PART.fullmatch(value):
            raise ValueError("takes 16 to 128 letters, digits, `-` and `_`")
        return SecretStr(value) if value else None

    @field_validator("generic_webhook_secrets")
    @classmethod
    def _are_names_with_secrets(cls, secrets: SecretStr | None) -> SecretStr | None:
        _keys_of(secrets)
        return secrets

    @cached_property
    def generic_webhook_keys(self) -> Mapping[str, bytes]:
        return _keys_of(self.generic_webhook_secrets)

    @field_validator("forward_auth_domains")
    @classmethod
    def _are_hosts(cls, value: str) -> str:
        for entry in filter(None, map(str.strip, value.split(","))):
            if not _HOST.fullmatch(entry):
                raise ValueError(
                    "must be hosts such as radarr.example.org or *.apps.example.org, with commas"
                )
        return value

    @field_validator("forward_auth_cookie_domain")
    @classmethod
    def _is_our_domain(cls, value: str, info: ValidationInfo) -> str:
        domain = value.strip().strip(".").lower()
        host = urlsplit(info.data.get("base_url", "")).hostname or ""
        if domain and ("." not in domain or not f".{host}".endswith(f".{domain}")):
            raise ValueError("must be the domain that the host of MEDIANEST_BASE_URL lies in")
        return domain


def _keys_of(secrets: SecretStr | None) -> Mapping[str, bytes]:
    """Raises `ValueError`, which does not quote them."""
    keys: dict[str, bytes] = {}
    for entry in filter(None, map(str.strip, _ENTRIES.split(secrets.get_secret_value() if secrets else ""))):
        name, _, secret = (part.strip() for part in entry.partition("="))
        if not _NAME.fullmatch(name) or name in keys:
            raise ValueError("takes name=secret with names of small letters, digits and `-`, each once")
        if len(key := key_of(secret)) < _SHORTEST_KEY:
            raise ValueError(f"takes secrets of at least {_SHORTEST_KEY} characters")
        keys[name] = key
    return keys
