"""Where titles are looked up by a household without Overseerr, and in which language and region by any."""

import re

from pydantic import Field, SecretStr, field_validator

from medianest_common.http import AddressPolicy, AddressRefused, parse_url
from medianest_common.settings import Settings, smaller

_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_REGION = re.compile(r"[A-Z]{2}")


class CatalogueSettings(Settings):
    tmdb_api_key: SecretStr | None = None
    """A key of version 3 or a read access token of version 4; used where no Overseerr is set."""
    tmdb_url: str = "https://api.themoviedb.org"
    tmdb_images_url: str = "https://image.tmdb.org/t/p"
    """Where TMDB keeps pictures, below which sizes and names follow; asked whichever catalogue it is that tells of
    them, and by the portal alone."""
    media_image_cache_mb: int = Field(default=100, ge=1, json_schema_extra=smaller(30))
    media_language: str = ""
    """In which titles are told, such as `en` or `de-DE`; empty is the catalogue's own choice."""
    media_region: str = "US"
    """Where one lives: where to watch, what comes out when, and age ratings depend on it."""

    @field_validator("tmdb_url", "tmdb_images_url")
    @classmethod
    def _tmdb_is_an_address(cls, value: str) -> str:
        try:
            parse_url(value, policy=AddressPolicy.OPERATOR)
        except AddressRefused as refused:
            raise ValueError(str(refused)) from None
        return value

    @field_validator("tmdb_api_key")
    @classmethod
    def _tmdb_key_can_be_sent(cls, value: SecretStr | None) -> SecretStr | None:
        key = value.get_secret_value() if value else ""
        if not key.isascii() or (key and not key.isprintable()):
            raise ValueError("holds characters that cannot be sent")
        return value

    @field_validator("media_language")
    @classmethod
    def _is_a_language(cls, value: str) -> str:
        if value and not _LANGUAGE.fullmatch(value):
            raise ValueError("is a language such as en or de-DE")
        return value

    @field_validator("media_region")
    @classmethod
    def _is_a_region(cls, value: str) -> str:
        if not _REGION.fullmatch(value):
            raise ValueError("is the code of a country such as US or DE")
        return value
