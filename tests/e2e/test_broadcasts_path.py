"""Words of administrators, over HTTP, with the whole product: how people are told, and what everybody is told."""

from pathlib import Path
from typing import Any

from medianest.testing import eventually
from tests.world import Person, world

WORDS = "/admin/notifications/templates/request.available/de/any"


async def test_an_administrator_words_notifications_and_tells_everybody_something(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as house:
        olive, frida, bert = await house.owner(), await house.friend(), await house.friend("Bert")
        (
            await _change(frida, "/users/me", {"locale": "de-AT", "timeZone": "Europe/Vienna"})
        ).raise_for_status()

        wrong = await _put(olive, WORDS, {"title": "{{ nobody }}", "body": "{{ what.x }}"})
        assert wrong.status_code == 422
        assert [error["field"] for error in wrong.json()["errors"]] == ["title", "body"]
        assert all(error["message"].startswith("Line 1: ") for error in wrong.json()["errors"])
        saved = await _put(olive, WORDS, {"title": "Film ab: {{ what }}", "body": "{{ whose }} ist da."})
        assert saved.json()["own"]["version"] == 1
        preview = await olive.post(
            "/admin/notifications/templates/preview", {"type": "request.available", "locale": "de"}
        )
        assert preview.json()["items"][0]["title"] == "Film ab: Dark (2017), Staffeln 1 und 2"
        listed = (await olive.get("/admin/notifications/templates?locale=de")).json()
        assert [each["type"] for each in listed["items"] if each["own"]] == ["request.available"]

        everyone: dict[str, Any] = {"audience": "everyone"}

        async def reaches(people: int) -> bool:
            reach = await olive.post("/admin/broadcasts/reach", everyone)
            return bool(reach.raise_for_status().json() == {"people": people})

        await eventually(lambda: reaches(3))
        suspended = {"status": "suspended"}
        (await _change(olive, f"/admin/users/{bert.user['id']}", suspended)).raise_for_status()
        await eventually(lambda: reaches(2))
        body = everyone | {"title": "Heute Abend", "body": "<b>{{ 7*7 }}</b> @everyone", "link": "/requests"}
        once = {"Idempotency-Key": "a-click"}
        first = (await olive.post("/admin/broadcasts", body, headers=once)).raise_for_status().json()
        again = await olive.post("/admin/broadcasts", body, headers=once)
        double = await olive.post("/admin/broadcasts", body)
        assert [again.json()["id"], double.json()["id"]] == [first["id"]] * 2
        [notice] = await eventually(lambda: _told(frida, "broadcast"))
        assert (notice["title"], notice["body"]) == (body["title"], body["body"])
        (await frida.post(f"/notifications/{notice['id']}/read")).raise_for_status()

        async def is_read() -> bool:
            shown = (await olive.get(f"/admin/broadcasts/{first['id']}")).json()
            return (shown["state"], shown["reached"], shown["read"]) == ("sent", 2, 1)

        await eventually(is_read)
        for link in ("https://evil.example", "//evil.example", "/a\\b", "javascript:alert(1)"):
            refused = await olive.post("/admin/broadcasts", body | {"link": link})
            assert refused.status_code == 422, link
        for wrong_people in ({"audience": "role"}, {"audience": "people"}, {"role": "user"}):
            assert (await olive.post("/admin/broadcasts", body | wrong_people)).status_code == 422
        only_frida = {"audience": "people", "userIds": [frida.user["id"]]}
        assert (await olive.post("/admin/broadcasts/reach", only_frida)).json() == {"people": 1}

        (await olive.delete(f"/admin/broadcasts/{first['id']}")).raise_for_status()

        async def is_gone() -> bool:
            return (await _told(frida, "broadcast")) == []

        await eventually(is_gone)
        (await olive.delete(WORDS)).raise_for_status()
        assert (await olive.delete(WORDS)).status_code == 404
        wanted = {"template_change", "template_reset", "broadcast", "broadcast_withdraw"}

        async def is_on_record() -> bool:
            entries = (await olive.get("/admin/audit?limit=100")).json()["items"]
            return wanted <= {entry["action"] for entry in entries}

        await eventually(is_on_record)


async def _told(person: Person, kind: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await person.get(f"/notifications?type={kind}")).json()["items"]
    return items


async def _put(person: Person, path: str, body: Any) -> Any:
    return await person.http.put(f"/api/v1{path}", json=body, headers={"X-CSRF-Token": person.csrf})


async def _change(person: Person, path: str, body: Any) -> Any:
    return await person.http.patch(f"/api/v1{path}", json=body, headers={"X-CSRF-Token": person.csrf})
