"""One thing of each kind that belongs to somebody, so that others can try to get at it."""

from collections.abc import Mapping
from typing import Any

from medianest.testing import eventually
from tests.security.conftest import House
from tests.soft_passkey import SoftPasskey
from tests.world import Person

OLIVES = frozenset(
    {
        "/api/v1/media/issues/{id}",
        "/api/v1/notifications/{id}",
        "/api/v1/notifications/channels/{id}",
        "/api/v1/auth/invites/{id}",
    }
)
"""The owner's; all others are somebody else's."""
PERSONAL = frozenset(
    {
        "/api/v1/notifications/{id}",
        "/api/v1/notifications/channels/{id}",
        "/api/v1/auth/devices/{id}",
        "/api/v1/auth/tokens/{id}",
        "/api/v1/auth/passkeys/{id}",
    }
)
"""No administrator looks after these."""


def prefix_of(route: str) -> str:
    return route.split()[1].partition("{id}")[0] + "{id}"


async def belongings(house: House, bodies: Mapping[str, Any]) -> dict[str, str]:
    """Ids by the beginning of the routes that lead to them; `bodies` are what routes are sent."""
    request = (await requests_of(house.frida))[0]
    issue = (await house.olive.post("/media/issues", bodies["POST /api/v1/media/issues"])).json()
    notice = await eventually(lambda: first(house.olive, "/notifications"))
    session = await first(house.frida, "/auth/devices")
    body = {"name": "Frida's script", "scopes": ["read"]}
    token = (await house.frida.post("/auth/tokens", body)).raise_for_status().json()
    followed = bodies["POST /api/v1/youtube/subscriptions"]
    subscription = (await house.frida.post("/youtube/subscriptions", followed)).raise_for_status().json()
    asked = bodies["POST /api/v1/youtube/download"]
    download = (await house.frida.post("/youtube/download", asked)).raise_for_status().json()["download"]
    a_list = {"url": f"https://www.youtube.com/playlist?list=PL{'a' * 32}"}
    batch = (await house.frida.post("/youtube/download", a_list)).raise_for_status().json()["batch"]
    invite = (await house.olive.post("/auth/invites")).raise_for_status().json()
    # Nobody listens there, so that the code goes nowhere; the channel is there all the same.
    nowhere = {"server": "http://127.0.0.1:9", "token": "AAAAAAAAAAAAAAA"}
    asked = {"kind": "gotify", "name": "Mine", "config": nowhere}
    channel = (await house.olive.post("/notifications/channels", asked)).raise_for_status().json()["channel"]
    asked = bodies["POST /api/v1/admin/monitors"]
    monitor = (await house.olive.post("/admin/monitors", asked)).raise_for_status().json()["monitor"]
    (await house.frida.post("/errors/report", bodies["POST /api/v1/errors/report"])).raise_for_status()
    error = await first(house.olive, "/admin/errors")
    return {
        "/api/v1/admin/errors/{id}": error["id"],
        "/api/v1/services/{id}": monitor["id"],
        "/api/v1/admin/monitors/{id}": monitor["id"],
        # Whichever: a user is refused before it is looked for.
        "/api/v1/admin/monitors/maintenance/{id}": monitor["id"],
        "/api/v1/admin/incidents/{id}": monitor["id"],
        "/api/v1/admin/status-pages/{id}": monitor["id"],
        "/api/v1/admin/monitors/groups/{id}": monitor["id"],
        "/api/v1/notifications/channels/{id}": channel["id"],
        # Whichever: a user is refused before it is looked for.
        "/api/v1/admin/notifications/deliveries/{id}": request["id"],
        "/api/v1/admin/broadcasts/{id}": request["id"],
        "/api/v1/media/requests/{id}": request["id"],
        "/api/v1/media/issues/{id}": issue["id"],
        "/api/v1/notifications/{id}": notice["id"],
        "/api/v1/auth/devices/{id}": session["id"],
        "/api/v1/auth/passkeys/{id}": await _passkey_of(await house.world.friend("Dora"), house),
        "/api/v1/auth/tokens/{id}": token["id"],
        "/api/v1/auth/invites/{id}": invite["id"],
        "/api/v1/youtube/subscriptions/{id}": subscription["id"],
        "/api/v1/youtube/downloads/{id}": download["id"],
        "/api/v1/youtube/batches/{id}": batch["id"],
        "/api/v1/youtube/profiles/{id}": download["profile"]["id"],
        "/api/v1/admin/users/{id}": house.frida.user["id"],
        "/api/v1/admin/erasures/{id}": house.frida.user["id"],
        # Whichever: a user is refused before they are looked for.
        "/api/v1/media/rules/{id}": request["id"],
        "/api/v1/media/import/{id}": request["id"],
        "/api/v1/media/import/people/{id}": request["id"],
    }


async def requests_of(person: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await person.get("/media/requests")).json()["items"]
    return items


async def first(person: Person, path: str) -> dict[str, Any]:
    items: list[dict[str, Any]] = (await person.get(path)).json()["items"]
    assert items
    return items[0]


async def _passkey_of(person: Person, house: House) -> str:
    asked = (await person.post("/auth/passkeys/options")).raise_for_status().json()
    credential = SoftPasskey(house.world.product.url).create(asked["options"])
    body = {"challengeId": asked["challengeId"], "name": "Phone", "credential": credential}
    added = (await person.post("/auth/passkeys", body)).raise_for_status().json()
    return str(added["passkey"]["id"])
