"""What is done to an installation, and when: drawn from a seed, so that the same seed does the same again."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from medianest import registry

SERVERS = ("nats", "postgres", "valkey")
SERVICES = tuple(registry.ALL)
EVERYTHING = "everything"


class Means(StrEnum):
    KILL = "kill"
    STOP = "stop"
    """SIGSTOP, and SIGCONT a while later."""
    CUT = "cut"
    REFUSE = "refuse"
    BLACK_HOLE = "black_hole"
    SLOW = "slow"
    FULL_DISK = "full_disk"


NETWORK = (Means.CUT, Means.REFUSE, Means.BLACK_HOLE, Means.SLOW)


@dataclass(frozen=True)
class Strike:
    """`after` seconds of peace. A kill lasts no time; after a `patient` one all is well before the next comes."""

    after: float
    means: Means
    victim: str
    lasts: float = 0.0
    patient: bool = True

    def __str__(self) -> str:
        lasting = f" for {self.lasts:.1f} s" if self.lasts else ""
        return f"{self.means} {self.victim}{lasting}"


def drawn(
    seed: int,
    number: int,
    *,
    longest: float,
    peace: tuple[float, float],
    means: Sequence[Means] = tuple(Means),
) -> list[Strike]:
    chance = random.Random(f"strikes {seed}")
    return list(_drawn(chance, number, longest=longest, peace=peace, means=means))


def _drawn(
    chance: random.Random,
    number: int,
    *,
    longest: float,
    peace: tuple[float, float],
    means: Sequence[Means],
) -> Iterator[Strike]:
    # Kills are what the promise is about: half of all.
    weights = [len(means) - 1 if each is Means.KILL else 1 for each in means]
    for _ in range(number):
        [how] = chance.choices(means, weights)
        victim, lasts = _victim(chance, how), 0.0
        if how not in (Means.KILL, Means.CUT):
            lasts = chance.uniform(1.0, longest)
        yield Strike(chance.uniform(*peace), how, victim, lasts, patient=chance.random() < 0.7)


def _victim(chance: random.Random, means: Means) -> str:
    if means in NETWORK:
        return chance.choice(SERVERS)
    if means is Means.FULL_DISK:
        return chance.choice(("nats", "postgres"))
    return chance.choice((*SERVICES, *SERVERS, EVERYTHING))
