"""A household asks, follows, changes its mind and is governed by rules, over HTTP and live."""

from pathlib import Path
from typing import Any

from medianest.testing import eventually
from tests.world import Person, World, world

FILM, SHOW = 603, 1396


async def test_a_household_with_rules_quotas_and_followers(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as house:
        house.overseerr.add_movie(FILM, "The Matrix", 1999)
        house.overseerr.add_show(SHOW, "Breaking Bad", 2008, seasons={0: 4, 1: 7, 2: 13, 3: 13})
        olive = await house.owner()
        frida, gustav = await house.friend("Frida"), await house.friend("Gustav")
        follower_live = await house.listen(gustav)

        await _frida_asks_and_gustav_follows(house, olive, frida, gustav)
        assert (await follower_live.event("request.approved", within=20))["type"] == "request.approved"
        await _quotas_and_rules(olive, frida)
        await _bulk(olive, frida, gustav)


async def _frida_asks_and_gustav_follows(house: World, olive: Person, frida: Person, gustav: Person) -> None:
    asked = (await frida.request("tv", SHOW, seasons=[1, 2], note="for the weekend")).json()
    path = f"/media/requests/{asked['id']}"
    refused = await gustav.request("tv", SHOW, seasons=[1])
    assert (refused.status_code, refused.json()["code"]) == (409, "ALREADY_REQUESTED")
    follow_url = refused.json()["existing"]["followUrl"]
    assert follow_url == f"/api/v1{path}/follow"
    followed = await gustav.post(f"{path}/follow")
    assert followed.status_code == 200 and "Frida" not in followed.text and "weekend" not in followed.text
    assert [r["id"] for r in (await gustav.get("/media/requests/followed")).json()["items"]] == [asked["id"]]

    changed = await _patch(frida, path, {"seasons": [2, 3], "note": None})
    assert (changed["seasons"], changed["note"]) == ([2, 3], None)

    async def over_there() -> bool:
        return [sorted(row.season_numbers) for row in house.overseerr.requests] == [[2, 3]]

    await eventually(over_there)
    assert (await olive.post(f"{path}/approve")).status_code == 200
    late = await frida.http.request(
        "PATCH", f"/api/v1{path}", json={"note": "x"}, headers={"X-CSRF-Token": frida.csrf}
    )
    assert late.status_code == 403
    checked = await frida.post(f"{path}/check")
    assert checked.status_code == 200 and checked.json()["checkedAt"]


async def _quotas_and_rules(olive: Person, frida: Person) -> None:
    quota = f"/media/quotas/{frida.user['id']}"
    laid_down = await _put(olive, quota, {"movie": {"limit": 1, "days": 7}, "mayAsk4k": False})
    assert (laid_down["movie"], laid_down["mayAsk4k"]) == ({"limit": 1, "days": 7}, False)
    options = (await frida.get(f"/media/options/movie/{FILM}")).json()
    assert (options["quota"]["remaining"], options["fourK"]["reason"]) == (1, "You may not ask for 4K.")
    four_k = await frida.request("movie", FILM, is4k=True)
    assert (four_k.status_code, four_k.json()["code"]) == (403, "FOUR_K_NOT_ALLOWED")

    rule = (await olive.post("/media/rules", {"name": "Old films", "yearTo": 2000})).json()
    wish = {"userId": frida.user["id"], "mediaType": "movie", "tmdbId": FILM}
    would = (await olive.post("/media/rules/try", wish)).json()
    assert (would["outcome"], would["rule"]["id"]) == ("approve", rule["id"])
    film = (await frida.request("movie", FILM)).json()
    assert (film["status"], film["history"][-1]["reason"]) == ("approved", "By the rule “Old films”.")
    assert (await _put(olive, "/media/rules/order", {"ids": [rule["id"]]}))["items"][0]["name"] == "Old films"
    assert (await olive.delete(f"/media/rules/{rule['id']}")).status_code == 204
    gift = await olive.request("movie", 604, userId=frida.user["id"])
    assert (gift.status_code, gift.json()["code"]) == (403, "QUOTA_EXCEEDED")
    on_top = await olive.request("movie", 604, userId=frida.user["id"], usesQuota=False)
    assert on_top.status_code == 201 and on_top.json()["requestedBy"]["name"] == "Frida"
    assert (await olive.delete(quota)).status_code == 204


async def _bulk(olive: Person, frida: Person, gustav: Person) -> None:
    asked = (await gustav.request("tv", SHOW, seasons=[1])).json()
    body = {"ids": [asked["id"]], "action": "decline", "reason": "Not now"}
    assert (await frida.post("/media/requests/bulk", body)).status_code == 403
    answer = (await olive.post("/media/requests/bulk", body)).json()
    assert (answer["done"], answer["results"][0]["status"]) == (1, "declined")
    assert (await olive.get("/media/requests", params={"stuck": "true"})).json()["items"] == []


async def _patch(person: Person, path: str, body: Any) -> Any:
    return await _sent(person, "PATCH", path, body)


async def _put(person: Person, path: str, body: Any) -> Any:
    return await _sent(person, "PUT", path, body)


async def _sent(person: Person, method: str, path: str, body: Any) -> Any:
    headers = {"X-CSRF-Token": person.csrf}
    answer = await person.http.request(method, f"/api/v1{path}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()
