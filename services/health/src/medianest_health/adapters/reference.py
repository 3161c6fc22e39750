"""Who is asked whether it is our own network that is away, as the settings name them."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Reference:
    """A host, or a port of it. One that was not `given` by the operator may be one that never answers, and counts only
    once it has."""

    host: str
    port: int | None = None
    given: bool = True

    def __str__(self) -> str:
        return self.host


def read_references(text: str) -> list[Reference]:
    """`192.168.1.1, example.org:443, [2001:db8::1]:53`. Raises `ValueError`."""
    found = []
    for part in (each.strip() for each in text.split(",")):
        if not part:
            continue
        bare = part.count(":") > 1 and not part.startswith("[")
        split = urlsplit(f"//[{part}]" if bare else f"//{part}")
        if not split.hostname or split.path or split.username is not None:
            raise ValueError("references are hosts, or hosts with a port: 192.168.1.1, example.org:443")
        found.append(Reference(split.hostname, split.port))
    return found
