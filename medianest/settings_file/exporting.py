"""Everything that is set up here, as the text of a file."""

from collections.abc import Sequence
from typing import Any

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


async def export(house: House, *, passphrase: str | None = None) -> tuple[str, list[str]]:
    """The text, with what is secret where there is a passphrase; and what could not be written."""
    whole: dict[str, list[dict[str, Any]]] = {}
    left_out: list[str] = []
    for part in (each(house) for each in PARTS):
        there = await part.read()
        kept = part.kept(there)
        left_out += part.lost()
        entries = _told_apart(part.name, kept, [part.key(each) for each in kept], left_out)
        whole[part.name] = [part.written(each) for each in entries]
        if part.name == watching.Groups.name:
            monitors = await exported_monitors(house)
            entries = _told_apart(MONITORS, monitors, [each.name for each in monitors], left_out)
            whole[MONITORS] = [written_monitor(each) for each in entries]
    kept_secret = None
    if passphrase is not None:
        await house.learn_secrets()
        left_out += house.unopened
        kept_secret = sealed(house.secrets, passphrase=passphrase)
    return written(whole, left_out, sealed=kept_secret), left_out


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
