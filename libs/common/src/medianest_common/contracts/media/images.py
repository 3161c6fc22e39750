"""Pictures of titles and people, as TMDB has them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from medianest_common.contracts.base import Nothing, Query

NAME = r"^[A-Za-z0-9_-]{1,64}\.(jpg|png|webp)$"


class ImageSize(StrEnum):
    """The width in pixels that TMDB is asked for."""

    W92 = "w92"
    W154 = "w154"
    W185 = "w185"
    W300 = "w300"
    W342 = "w342"
    W500 = "w500"
    W780 = "w780"
    W1280 = "w1280"


class GetImage(Query[Nothing]):
    """Answers raw image bytes, not JSON."""

    size: ImageSize
    name: Annotated[str, Field(pattern=NAME)]
