"""Settings of the media service beyond those that every service has."""

from pydantic import Field, SecretStr, field_validator

from medianest_common.http import AddressPolicy, AddressRefused, parse_url
from medianest_common.settings import Settings


class MediaSettings(Settings):
    overseerr_url: str = ""
    """Where Overseerr or Seerr answers; without it requests are kept until it is set."""
    overseerr_api_key: SecretStr | None = None

    movie_quota_limit: int = Field(default=0, ge=0)
    """Films a person may ask for in `movie_quota_days`; 0 is no limit. Administrators have none."""
    movie_quota_days: int = Field(default=7, ge=1, le=365)
    tv_quota_limit: int = Field(default=0, ge=0)
    """Counted in seasons."""
    tv_quota_days: int = Field(default=7, ge=1, le=365)

    media_poll_seconds: float = Field(default=60, ge=1, le=3600)
    """How often the backend is asked what has changed, whatever its webhooks tell."""

    @field_validator("overseerr_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value:
            try:
                parse_url(value, policy=AddressPolicy.OPERATOR)
            except AddressRefused as refused:
                raise ValueError(str(refused)) from None
        return value

    @field_validator("overseerr_api_key")
    @classmethod
    def _can_be_sent(cls, value: SecretStr | None) -> SecretStr | None:
        key = value.get_secret_value() if value else ""
        if not key.isascii() or (key and not key.isprintable()):
            raise ValueError("holds characters that cannot be sent")
        return value
