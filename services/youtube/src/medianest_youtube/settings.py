"""Settings of the youtube service beyond those that every service has."""

from pathlib import Path

from pydantic import Field

from medianest_common.settings import Settings, smaller


class YoutubeSettings(Settings):
    youtube_dir: Path | None = None
    """Where videos go; unset: `youtube` in the data folder. Plex has to see the same folder."""
    youtube_plex_dir: str = ""
    """The same folder as Plex sees it, where that is another path."""
    youtube_proxy: str = ""
    """Through which everything that goes to YouTube is sent, such as http://proxy:3128."""
    youtube_ca_file: Path | None = None
    """Certificates to trust instead of the system's, for a proxy that looks into what passes."""

    youtube_image_cache_mb: int = Field(default=100, ge=1, json_schema_extra=smaller(30))
    """Of pictures of videos and channels that are kept for those who look at them."""

    youtube_slots: int = Field(default=2, ge=1, le=16, json_schema_extra=smaller(1))
    """Downloads at once, in the whole installation."""
    youtube_downloads_per_day: int = Field(default=250, ge=0)
    """Videos that are fetched within a day (UTC), in the whole installation; 0 is no limit. YouTube has blocked those
    who took some hundreds."""
    youtube_downloads_per_hour: int = Field(default=5, ge=0)
    """That one person may begin; 0 is no limit. A list counts as one. Administrators are not limited."""
    youtube_bytes_per_person: int = Field(default=0, ge=0)
    """That what one person has asked for may take; 0 is no limit."""
    youtube_disk_reserve: int = Field(default=5_000_000_000, ge=0)
    """Bytes that stay free whatever is asked for."""
    youtube_pause_seconds: float = Field(default=2.0, ge=0, le=600)
    """Between one download's end and the next one's beginning, on average: YouTube blocks those who hurry."""
    youtube_lease_seconds: float = Field(default=60.0, ge=1, le=600)
    """After so long without a sign of life a download is taken over by another replica."""
    youtube_slow_seconds: float = Field(default=600.0, ge=1)
    youtube_slow_bytes: int = Field(default=1_000_000, ge=0)
    """When fewer than so many bytes arrive within so many seconds, a download gives up its slot and goes on later."""
    youtube_slow_rate: int = Field(default=50_000, ge=1)
    """Bytes a second that a download has to come to on the whole, an hour and four times its length aside."""
    youtube_alarm_hours: float = Field(default=24.0, gt=0)
    """When nothing has succeeded for so long while things failed, the health page says so."""
    youtube_ytdlp_max_age_days: int = Field(default=90, ge=1)
    """When yt-dlp is older, the health page says so: YouTube changes often."""
