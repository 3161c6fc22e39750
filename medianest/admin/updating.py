"""A newer yt-dlp, without anything having to run: what runs takes it from the next download on."""

from medianest.errors import Refused
from medianest_common.settings import Settings


async def update_ytdlp(settings: Settings, *, version: str | None) -> str:
    """Which one is in use afterwards. Raises `Refused` with what is against it."""
    from medianest_youtube.releases import Releases, UpdateFailed, UpdateRunning

    try:
        return await Releases.of(settings.data_dir).update(version)
    except UpdateFailed as failed:
        raise Refused(str(failed)) from None
    except UpdateRunning as running:
        raise Refused(f"{running.title}. {running.detail}") from None
