"""Where the portal shows what YouTube calls a picture: with a key that only we can make, from what yt-dlp has told."""

from medianest_common.contracts.youtube.downloads import Preview
from medianest_common.images import AddressKeys
from medianest_youtube.adapters.pictures import is_picture

_IMAGES = "/api/v1/youtube/images"


def thumbnail(url: str | None, *, images: AddressKeys) -> str | None:
    """None for what is not kept by YouTube itself."""
    key = images.sign(url) if url and is_picture(url) else None
    return f"{_IMAGES}/{key}" if key else None


def with_thumbnails(preview: Preview, *, images: AddressKeys) -> Preview:
    videos = [
        video.model_copy(update={"thumbnail_url": thumbnail(video.thumbnail_url, images=images)})
        for video in preview.videos
    ]
    shown = thumbnail(preview.thumbnail_url, images=images)
    return preview.model_copy(update={"thumbnail_url": shown, "videos": videos})
