"""How the pretend YouTube misbehaves where it does."""

from dataclasses import dataclass


@dataclass
class MediaFaults:
    """Of the media of one video. What is counted goes down as it happens."""

    rate: float | None = None
    """Bytes a second."""
    drop_after: int | None = None
    """So many bytes into an answer the connection is cut."""
    drops_left: int | None = None
    """How often; without it, always."""
    stall_after: int | None = None
    """So many bytes into an answer nothing more comes, until the client goes away or the fake is reset."""
    stalls_left: int | None = None
    status: int | None = None
    """403, 429 or 503 instead of the media."""
    refusals_left: int | None = None
    no_range: bool = False
    """Asked for a part, the whole is sent."""


@dataclass
class PageFaults:
    """Of everything but media: pages, the API, feeds."""

    status: int | None = None
    cut: bool = False
    """The connection is closed without an answer."""
    hang: bool = False
    """No answer comes, until the client goes away or the fake is reset."""
    delay: float = 0.0
    """Seconds before each answer."""
    left: int | None = None
    """How often `status`, `cut` or `hang` happens; without it, always."""
    path: str = "/"
    """Only for paths that begin so."""
