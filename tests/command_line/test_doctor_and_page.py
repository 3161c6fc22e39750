"""The doctor and the page of the system say the same of an installation in which much is broken, in the same words."""

from pathlib import Path
from typing import Any

import pytest

from medianest.installation import on_running_servers
from medianest.operator_bus import operator_connection
from medianest.testing import eventually
from medianest_common.bus import Bus
from medianest_common.bus.wire import ATTEMPTS, HANDLER, REASON
from medianest_common.clock import SystemClock, uuid7
from medianest_common.settings import Settings, load
from tests.keeping.times import far_from_now
from tests.world import Person, Product, world

_AT_THE_DOOR = "base_url_"
"""Of how an administrator's browser came, which the doctor tries by itself."""


@pytest.mark.timeout(600)
async def test_what_the_page_says_the_doctor_says(tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    backups.mkdir()
    (backups / "medianest-20260101T033000Z.tar.gz").touch()
    async with world(
        tmp_path / "data", youtube_ytdlp_max_age_days="1", backup_dir=str(backups), backup_at=far_from_now()
    ) as house:
        olive = await house.owner()
        await _given_up(house.product)
        wanted = {"dead_letters", "backup_old", "ytdlp_old"}

        async def all_found_and_said() -> bool:
            # One look may fall between two: what counts days or what waits moves on.
            items = await _findings(olive)
            code, said = await house.product.command("doctor")
            assert code == 1
            assert wanted <= {each["code"] for each in items}
            for each in items:
                assert each["text"] in said and each["advice"] in said, (each, said)
            return True

        await eventually(all_found_and_said, within=300)


async def _given_up(product: Product) -> None:
    """As by a handler that is no more."""
    present = on_running_servers(load(Settings, data_dir=product.data_dir))
    assert present
    letter = {HANDLER: "media__of_yore", REASON: "KeyError: x", ATTEMPTS: "3", "ce-id": str(uuid7())}
    async with operator_connection(present) as client:
        bus = Bus(client, service="operator", clock=SystemClock())
        await bus.publish_stored("dlq.evt.sample.thing.done", b"{}", headers=letter)


async def _findings(person: Person) -> list[dict[str, Any]]:
    items = (await person.get("/admin/findings")).raise_for_status().json()["items"]
    return [each for each in items if not each["code"].startswith(_AT_THE_DOOR)]
