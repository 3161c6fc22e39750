"""Where the keys lie that users of the bus come with. Apart from `bus`, which takes long to read, because it is needed
before the servers are started."""

from pathlib import Path

OPERATOR = "operator"
"""Whoever runs the installation: `medianest admin`, and what makes the streams at first. May do everything."""


def seed_file(folder: Path, user: str) -> Path:
    """In a folder of its own, so that a container can be given one and not the others."""
    return folder / user / "seed"
