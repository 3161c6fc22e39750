"""What the doctor says about backups where nobody runs who could be asked."""

from medianest.finding import Finding, bad, good
from medianest.keeping.keeper import Keeper
from medianest.keeping.settings import read_keeping
from medianest_common.clock import Clock
from medianest_common.settings import SettingsError
from medianest_gateway.findings import of_backups

_DAY = 86_400


async def backups(clock: Clock) -> Finding:
    """As the administration would have it said."""
    try:
        settings = read_keeping()
    except SettingsError as error:
        return bad("backups", str(error), "Correct the variables named here, then try again.")
    async with Keeper(settings, clock=clock) as keeper:
        here = await keeper.read()
    for each in of_backups(here, now=clock.now()):
        return bad("backups", each.text, each.advice)
    if not here.items:
        return good("backups", f"none in {settings.folder} yet")
    days = (clock.now() - here.items[0].taken_at).total_seconds() / _DAY
    return good("backups", f"{len(here.items)} in {settings.folder}, the newest {days:.1f} days old")
