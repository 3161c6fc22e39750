"""Settings of the gateway beyond those that every service has."""

from pydantic import Field, SecretStr

from medianest_common.settings import Settings


class GatewaySettings(Settings):
    cors_origins: str = ""
    """Other origins whose pages may call the API with cookies, separated by commas; our own needs no mention."""
    allowed_hosts: str = ""
    """Further host names under which we are reached, separated by commas."""
    overseerr_webhook_secret: SecretStr | None = None
    """The `Authorization` value that Overseerr is told to send; without one its webhook is refused."""
    request_timeout: float = Field(default=10, gt=0, le=60)
    """Seconds after which a request is answered with 504 whatever it waits for."""
    rate_limit_scale: float = Field(default=1, gt=0)
    """All limits times this; large for load tests, small for a portal under attack."""
