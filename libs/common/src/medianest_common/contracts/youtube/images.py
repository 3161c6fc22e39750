"""Pictures of videos, playlists and channels, as YouTube has them."""

from medianest_common.contracts.base import Nothing, Query


class GetImage(Query[Nothing]):
    """Answers raw image bytes, not JSON. `key` is as `thumbnail_url` ends."""

    key: str
