"""The product with a pretend household around it: people, a Plex server, an Overseerr, requests in every state."""

from medianest.demo.show import show

__all__ = ["show"]
