"""A picture of a title or a person: TMDB is asked for it once, and no browser of the household ever."""

from medianest_common.bus import Raw, require_caller
from medianest_common.contracts.media.images import GetImage
from medianest_media.app import MediaApp


async def get_image(app: MediaApp, query: GetImage) -> Raw:
    require_caller()
    image = await app.image_cache.get_or_fetch(
        f"tmdb|{query.size}|{query.name}", lambda: app.images.fetch(query.size, query.name)
    )
    return Raw(image.body, content_type=image.content_type)
