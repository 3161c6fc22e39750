"""What the audit log says, for whoever has just done something that has to be in it."""

from medianest.testing import eventually
from tests.world import Person


async def written_down(person: Person, action: str) -> None:
    """By this person, for the first time."""

    async def found() -> bool:
        params = {"action": action, "user": person.user["id"]}
        items = (await person.get("/admin/audit", params=params)).raise_for_status().json()["items"]
        assert [each["result"] for each in items] == ["ok"], action
        return True

    await eventually(found)
