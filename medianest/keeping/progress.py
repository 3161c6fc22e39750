"""How far a backup has come, as its process tells whoever has started it: a line of JSON each."""

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

from medianest_common.contracts.keeping import BackupStep

BEING_MADE = 75
"""What the command ends with where somebody else makes one just now (`EX_TEMPFAIL`)."""


class Progress(BaseModel):
    """`done` of `total` services are written."""

    model_config = ConfigDict(frozen=True)

    step: BackupStep
    done: int = 0
    total: int = 0


type Tell = Callable[[Progress], None]


def tell_nobody(_: Progress) -> None:
    pass
