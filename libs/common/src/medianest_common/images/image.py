"""What counts as a picture."""

from dataclasses import dataclass

from medianest_common.http import Response

IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"})
"""Without SVG, which can hold scripts."""
LARGEST_IMAGE = 900_000
"""Bytes: an answer has to fit into one message of the bus."""


@dataclass(frozen=True, slots=True)
class Image:
    body: bytes
    content_type: str


def read_image(response: Response) -> Image:
    """Raises ValueError for anything else, such as the page of a proxy that wants somebody to sign in."""
    if response.content_type not in IMAGE_TYPES or not response.body:
        raise ValueError("no picture")
    return Image(response.body, response.content_type)
