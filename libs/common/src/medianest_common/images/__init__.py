"""Pictures of other people's systems: fetched once, kept on disk, and named so that only we can name them."""

from medianest_common.images.addresses import AddressKeys, UnknownAddress
from medianest_common.images.cache import ImageCache
from medianest_common.images.image import IMAGE_TYPES, LARGEST_IMAGE, Image, read_image

__all__ = [
    "IMAGE_TYPES",
    "LARGEST_IMAGE",
    "AddressKeys",
    "Image",
    "ImageCache",
    "UnknownAddress",
    "read_image",
]
