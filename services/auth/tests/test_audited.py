"""What administrators change in other services is in the audit log."""

from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.defaults import DefaultsChanged
from medianest_common.contracts.media.importing import ImportedPersonErased
from services.auth.tests.conftest import Household


async def test_choices_by_default_and_erased_strangers_are_written_down_with_who_did_it(
    house: Household,
) -> None:
    admin, kept = uuid7(), uuid7()
    await house.sandbox.emit(DefaultsChanged(media_type=MediaType.TV, actor_id=admin))
    await house.sandbox.emit(ImportedPersonErased(kept_as=kept, actor_id=admin))

    async def written() -> bool:
        rows = await house.rows("select action, target from audit where actor_id = :id", id=admin)
        return set(rows) == {
            ("request_defaults_change", "request_defaults:tv"),
            ("imported_person_erase", f"imported_person:{kept}"),
        }

    await eventually(written)
