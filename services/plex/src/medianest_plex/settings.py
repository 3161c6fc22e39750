"""Settings of the plex service beyond those that every service has."""

import re

from pydantic import Field, SecretStr, field_validator

from medianest_common.settings import Settings

_WEB_APP = re.compile(r"/web(/.*)?$")


class PlexSettings(Settings):
    plex_url: str = ""
    """Where the media server itself listens, such as http://192.168.1.10:32400."""
    plex_token: SecretStr | None = None
    """The account token of the server's owner, which also tells who has access to it."""
    plex_image_cache_mb: int = Field(default=200, ge=1)

    @field_validator("plex_url")
    @classmethod
    def _as_a_base(cls, url: str) -> str:
        """What people copy from the browser leads to the web app, which answers HTML to everything."""
        return _WEB_APP.sub("", url.strip().partition("#")[0].partition("?")[0].rstrip("/")).rstrip("/")

    @field_validator("plex_token")
    @classmethod
    def _without_spaces(cls, token: SecretStr | None) -> SecretStr | None:
        return SecretStr(token.get_secret_value().strip()) if token else None

    @property
    def plex_missing(self) -> str | None:
        """What has to be set before Plex can be asked, in words; None when all is there."""
        if not self.plex_url:
            return "Plex is not set up. Set MEDIANEST_PLEX_URL to the address of the media server."
        token = self.plex_token.get_secret_value() if self.plex_token else ""
        if not token:
            return "Plex is not set up. Set MEDIANEST_PLEX_TOKEN to the token of the server's owner."
        if token.startswith("claim-"):
            return (
                "MEDIANEST_PLEX_TOKEN is a claim code, which only sets up a new server. "
                "Set it to the X-Plex-Token of the server's owner."
            )
        return None
