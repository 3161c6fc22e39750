"""Where Radarr and Sonarr are, and what is chosen there for a title that is added."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from pydantic import SecretStr, field_validator

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.defaults import MinimumAvailability
from medianest_common.http import AddressPolicy, AddressRefused, parse_url
from medianest_common.settings import Settings


class SeriesType(StrEnum):
    STANDARD = "standard"
    DAILY = "daily"
    ANIME = "anime"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrChoices:
    """One server. Profiles and folders are named by name or id; the only one there is need not be named."""

    system: str
    variables: str
    """How the names of its settings begin."""
    url: str
    api_key: str
    quality_profile: str
    root_folder: str
    tags: tuple[str, ...]
    minimum_availability: MinimumAvailability
    language_profile: str = ""
    series_type: SeriesType = SeriesType.STANDARD
    season_folder: bool = True

    @property
    def place(self) -> str:
        """Which server it is, without what an address may give away."""
        return sha256(self.url.rstrip("/").casefold().encode()).hexdigest()[:16]


class ArrSettings(Settings):
    """Radarr and Sonarr themselves, for a household without Overseerr. 4K is fetched by servers of its own."""

    radarr_url: str = ""
    radarr_api_key: SecretStr | None = None
    radarr_quality_profile: str = ""
    """By name or id; need not be given where there is only one. The same holds for root folders."""
    radarr_root_folder: str = ""
    radarr_tags: str = ""
    """Names or ids, separated by commas."""
    radarr_minimum_availability: MinimumAvailability = MinimumAvailability.RELEASED
    radarr_4k_url: str = ""
    radarr_4k_api_key: SecretStr | None = None
    radarr_4k_quality_profile: str = ""
    radarr_4k_root_folder: str = ""
    radarr_4k_tags: str = ""
    radarr_4k_minimum_availability: MinimumAvailability = MinimumAvailability.RELEASED

    sonarr_url: str = ""
    sonarr_api_key: SecretStr | None = None
    sonarr_quality_profile: str = ""
    sonarr_language_profile: str = ""
    """Only for Sonarr 3; later ones have none."""
    sonarr_root_folder: str = ""
    sonarr_tags: str = ""
    sonarr_series_type: SeriesType = SeriesType.STANDARD
    sonarr_season_folder: bool = True
    sonarr_4k_url: str = ""
    sonarr_4k_api_key: SecretStr | None = None
    sonarr_4k_quality_profile: str = ""
    sonarr_4k_language_profile: str = ""
    sonarr_4k_root_folder: str = ""
    sonarr_4k_tags: str = ""
    sonarr_4k_series_type: SeriesType = SeriesType.STANDARD
    sonarr_4k_season_folder: bool = True

    @property
    def arr_servers(self) -> dict[tuple[MediaType, bool], ArrChoices]:
        """Those that are set up, by what they fetch and whether in 4K."""
        found = {
            (media_type, is_4k): self._choices(media_type, is_4k=is_4k)
            for media_type in MediaType
            for is_4k in (False, True)
        }
        return {key: choices for key, choices in found.items() if choices is not None}

    def _choices(self, media_type: MediaType, *, is_4k: bool) -> ArrChoices | None:
        name = "radarr" if media_type is MediaType.MOVIE else "sonarr"
        prefix = f"{name}_4k" if is_4k else name
        url, key = getattr(self, f"{prefix}_url"), getattr(self, f"{prefix}_api_key")
        if not url or key is None:
            return None
        return ArrChoices(
            system=f"{name.title()} 4K" if is_4k else name.title(),
            variables=f"MEDIANEST_{prefix.upper()}",
            url=url,
            api_key=key.get_secret_value(),
            quality_profile=getattr(self, f"{prefix}_quality_profile").strip(),
            root_folder=getattr(self, f"{prefix}_root_folder").strip(),
            tags=tuple(tag.strip() for tag in getattr(self, f"{prefix}_tags").split(",") if tag.strip()),
            minimum_availability=getattr(
                self, f"{prefix}_minimum_availability", MinimumAvailability.RELEASED
            ),
            language_profile=getattr(self, f"{prefix}_language_profile", "").strip(),
            series_type=getattr(self, f"{prefix}_series_type", SeriesType.STANDARD),
            season_folder=getattr(self, f"{prefix}_season_folder", True),
        )

    @field_validator("radarr_url", "radarr_4k_url", "sonarr_url", "sonarr_4k_url")
    @classmethod
    def _leads_to_an_arr(cls, value: str) -> str:
        if value:
            try:
                parse_url(value, policy=AddressPolicy.OPERATOR)
            except AddressRefused as refused:
                raise ValueError(str(refused)) from None
        return value

    @field_validator("radarr_api_key", "radarr_4k_api_key", "sonarr_api_key", "sonarr_4k_api_key")
    @classmethod
    def _arr_key_can_be_sent(cls, value: SecretStr | None) -> SecretStr | None:
        key = value.get_secret_value() if value else ""
        if not key.isascii() or (key and not key.isprintable()):
            raise ValueError("holds characters that cannot be sent")
        return value
