"""Settings of the media service beyond those that every service has."""

from enum import StrEnum

from pydantic import Field, SecretStr, field_validator

from medianest_common.http import AddressPolicy, AddressRefused, parse_url
from medianest_media.settings_arr import ArrSettings
from medianest_media.settings_catalogue import CatalogueSettings


class FourK(StrEnum):
    EVERYONE = "everyone"
    ADMINS = "admins"
    NOBODY = "nobody"


class MediaSettings(ArrSettings, CatalogueSettings):
    overseerr_url: str = ""
    """Where Overseerr or Seerr answers; without it Radarr and Sonarr fetch what is asked for, or an administrator."""
    overseerr_api_key: SecretStr | None = None

    movie_quota_limit: int = Field(default=0, ge=0)
    """Films a person may ask for in `movie_quota_days`; 0 is no limit. One person's can be set in the portal."""
    movie_quota_days: int = Field(default=7, ge=1, le=365)
    tv_quota_limit: int = Field(default=0, ge=0)
    """Counted in seasons."""
    tv_quota_days: int = Field(default=7, ge=1, le=365)
    admin_movie_quota_limit: int = Field(default=0, ge=0)
    """The same for administrators and the owner."""
    admin_tv_quota_limit: int = Field(default=0, ge=0)

    media_4k_for: FourK = FourK.EVERYONE
    """Who may ask for 4K; one person can be given or refused it in the portal."""
    watchlist_requests: bool = True
    """Whether people may have requests made from their watchlists at Plex; each switches it on for themselves."""
    media_show_requesters: bool = False
    """Whether everybody may read who asked for what. Administrators always may."""
    media_stuck_after_seconds: float = Field(default=3600, ge=60, le=604_800)
    """So long after its approval a request may have led to nothing before administrators are alerted."""
    media_absence_looks: int = Field(default=3, ge=1, le=20)
    """So often, a minute apart, the backend has to say that something is gone before it is believed."""

    issues_per_hour: int = Field(default=10, ge=1, le=1_000)
    """So many issues a person may report; administrators have no limit."""
    issue_comments_per_hour: int = Field(default=60, ge=1, le=10_000)

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
