"""Everything that is set up here, as the text of a file."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any

from medianest.errors import Refused
from medianest.settings_file import watching
from medianest.settings_file.choices import Defaults
from medianest.settings_file.document import written
from medianest.settings_file.house import House
from medianest.settings_file.household import Integrations, Profiles, Quotas, Rules, Templates
from medianest.settings_file.limits import DownloadLimits
from medianest.settings_file.monitors import MONITORS, exported_monitors, written_monitor
from medianest.settings_file.part import Part
from medianest.settings_file.secrets import sealed
from medianest_common.contracts.base import Body

PARTS: Sequence[type[Part[Any]]] = (
    Integrations,
    Defaults,
    Profiles,
    Templates,
    Rules,
    Quotas,
    DownloadLimits,
    watching.Groups,
    watching.Maintenances,
    watching.Pages,
)
"""In the order in which they are imported; monitors come behind their groups."""


@dataclass(frozen=True, slots=True)
class Exported:
    text: str
    left_out: list[str]
    """In words."""
    is_whole: bool
    """Whether every part could be asked for."""


async def export(house: House, *, passphrase: str | None = None) -> Exported:
    """With what is secret where there is a passphrase. A part whose service does not answer is not in it, so that an
    import lets it alone."""
    whole: dict[str, list[dict[str, Any]]] = {}
    left_out: list[str] = []
    away = 0

    async def add(name: str, written_part: Awaitable[list[dict[str, Any]]]) -> None:
        nonlocal away
        try:
            whole[name] = await written_part
        except Refused as refused:
            away += 1
            left_out.append(f"{name}: all of them. {refused}")

    for part in (each(house) for each in PARTS):
        await add(part.name, _written_part(part, left_out))
        if part.name == watching.Groups.name:
            await add(MONITORS, _written_monitors(house, left_out))
    kept_secret = None
    if passphrase is not None:
        await house.learn_secrets()
        left_out += house.unopened
        kept_secret = sealed(house.secrets, passphrase=passphrase)
    return Exported(written(whole, left_out, sealed=kept_secret), left_out, is_whole=not away)


async def _written_part(part: Part[Any], left_out: list[str]) -> list[dict[str, Any]]:
    kept = part.kept(await part.read())
    left_out += part.lost()
    entries = _told_apart(part.name, kept, [part.key(each) for each in kept], left_out)
    return [part.written(each) for each in entries]


async def _written_monitors(house: House, left_out: list[str]) -> list[dict[str, Any]]:
    monitors = await exported_monitors(house)
    entries = _told_apart(MONITORS, monitors, [each.name for each in monitors], left_out)
    return [written_monitor(each) for each in entries]


def _told_apart[E: Body](
    part: str, entries: Sequence[E], keys: Sequence[str], left_out: list[str]
) -> Sequence[E]:
    """Of several with one name the first."""
    found: dict[str, E] = {}
    for key, entry in zip(keys, entries, strict=True):
        if key in found:
            left_out.append(f"{part}: another one called {key}. Give it another name and export again.")
        else:
            found[key] = entry
    return list(found.values())
