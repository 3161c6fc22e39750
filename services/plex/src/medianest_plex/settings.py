"""Settings of the plex service beyond those that every service has."""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator

from medianest_common.contracts.plex.playback import HistoryMode
from medianest_common.settings import Settings, smaller

CLAIM = "claim-"
_PLEX_TV = "https://plex.tv"
_DISCOVER = "https://discover.provider.plex.tv"
_WEB_APP = re.compile(r"/web(/.*)?$")


def as_a_base(url: str) -> str:
    """What people copy from the browser leads to the web app, which answers HTML to everything."""
    return _WEB_APP.sub("", url.strip().partition("#")[0].partition("?")[0].rstrip("/")).rstrip("/")


class PlexSettings(Settings):
    plex_url: str = ""
    """Where the media server itself listens, such as http://192.168.1.10:32400; found through plex.tv when unset."""
    plex_token: SecretStr | None = None
    """The owner's: of the account, which also tells who has access, or of the server alone when its address is set."""
    plex_server: str = ""
    """The name or the machine identifier of the one to use, where the account owns several."""
    plex_image_cache_mb: int = Field(default=200, ge=1, json_schema_extra=smaller(50))
    plex_history: HistoryMode = HistoryMode.ON
    """Whether it is recorded what is played, and who may look: `on`, `own` or `off`."""
    plex_history_days: int = Field(default=0, ge=0)
    """So long is kept what was played; 0 keeps it."""
    timezone: str = "UTC"
    """Of the household, for figures by day and hour; a name such as Europe/Berlin."""
    watchlist_requests: bool = True
    """Whether people may have requests made from their watchlists at Plex; each switches it on for themselves."""
    watchlist_seconds: float = Field(default=180, ge=5, le=86_400)
    """How often each such list is read."""
    plex_discover_url: str = ""
    """Where watchlists are read; Plex's own unless plex.tv is somewhere else as well."""

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, ZoneInfoNotFoundError):
            raise ValueError("must be the name of a time zone, such as Europe/Berlin") from None
        return name

    @field_validator("plex_url")
    @classmethod
    def _as_a_base(cls, url: str) -> str:
        return as_a_base(url)

    @field_validator("plex_server")
    @classmethod
    def _as_a_name(cls, name: str) -> str:
        return name.strip()

    @field_validator("plex_token")
    @classmethod
    def _without_spaces(cls, token: SecretStr | None) -> SecretStr | None:
        return SecretStr(token.get_secret_value().strip()) if token else None

    @property
    def discover_url(self) -> str:
        if self.plex_discover_url:
            return self.plex_discover_url
        return _DISCOVER if self.plex_tv_url == _PLEX_TV else self.plex_tv_url

    @property
    def usable_token(self) -> str:
        """Empty where there is none, or only a claim code."""
        token = self.plex_token.get_secret_value() if self.plex_token else ""
        return "" if token.startswith(CLAIM) else token

    @property
    def plex_missing(self) -> str | None:
        """What has to be set before Plex can be asked, in words; None when all is there."""
        token = self.plex_token.get_secret_value() if self.plex_token else ""
        if not token:
            return (
                "Plex is not set up. Set MEDIANEST_PLEX_TOKEN to the token of the server's owner, and "
                "MEDIANEST_PLEX_URL to the server's address if plex.tv does not lead to it."
            )
        if token.startswith(CLAIM):
            return (
                "MEDIANEST_PLEX_TOKEN is a claim code, which only sets up a new server. "
                "Set it to the X-Plex-Token of the server's owner."
            )
        return None
