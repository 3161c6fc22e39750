"""Settings of the gateway beyond those that every service has."""

import re

from pydantic import Field, SecretStr, field_validator

from medianest_common.settings import Settings

_ADDRESS_PART = re.compile(r"[A-Za-z0-9_-]{16,128}")


class GatewaySettings(Settings):
    cors_origins: str = ""
    """Other origins whose pages may call the API with cookies, separated by commas; our own needs no mention."""
    allowed_hosts: str = ""
    """Further host names under which we are reached, separated by commas."""
    overseerr_webhook_secret: SecretStr | None = None
    """The `Authorization` value that Overseerr is told to send; without one its webhook is refused."""
    plex_webhook_secret: SecretStr | None = None
    """The last part of the addresses that Plex and Tautulli are told to send to; without one there are none."""
    request_timeout: float = Field(default=10, gt=0, le=60)
    """Seconds after which a request is answered with 504 whatever it waits for."""
    rate_limit_scale: float = Field(default=1, gt=0)
    """All limits times this; large for load tests, small for a portal under attack."""

    @field_validator("plex_webhook_secret")
    @classmethod
    def _fits_into_an_address(cls, secret: SecretStr | None) -> SecretStr | None:
        value = secret.get_secret_value().strip() if secret else ""
        if value and not _ADDRESS_PART.fullmatch(value):
            raise ValueError("takes 16 to 128 letters, digits, `-` and `_`")
        return SecretStr(value) if value else None
