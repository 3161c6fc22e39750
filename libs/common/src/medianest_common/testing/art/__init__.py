"""Pictures for the pretend systems: posters, landscapes, faces and badges, each its own and the same every time.

Made in plain Python, without an imaging library.
"""

from .pictures import badge, badge_rows, landscape, landscape_rows, portrait, poster

__all__ = ["badge", "badge_rows", "landscape", "landscape_rows", "portrait", "poster"]
