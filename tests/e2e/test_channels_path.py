"""Being told by mail and in a chat, over HTTP, with the whole product: from setting a channel up to turning it off."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from medianest.testing import eventually
from medianest_common.testing.fake_channels import FakeDiscord
from medianest_common.testing.mail_server import MailServer, text_of
from tests.world import Person, world

FILM = 603


async def test_a_person_is_told_by_mail_and_in_a_chat_and_turns_one_of_them_off(tmp_path: Path) -> None:
    async with (
        FakeDiscord.start() as discord,
        MailServer.start() as post,
        world(
            tmp_path / "data",
            smtp_url=post.url,
            mail_from="MediaNest <nest@example.org>",
            discord_url=discord.url,
            notify_allowed_hosts=urlsplit(discord.url).netloc,
        ) as house,
    ):
        house.overseerr.add_movie(FILM, "The Matrix", 1999)
        olive, frida = await house.owner(), await house.friend()
        kinds = (await olive.get("/notifications/channels/kinds")).raise_for_status().json()["items"]
        assert all(kind["available"] for kind in kinds) and len(kinds) == 7

        mail = await _made(olive, "email", {"address": "olive@example.org"})
        wrong = await olive.post(f"/notifications/channels/{mail}/verify", {"code": "000000"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "WRONG_CODE")
        await _verify(olive, mail, text_of(await post.next("Your code")))
        address = discord.add_webhook()
        chat = await _made(olive, "discord", {"url": address})
        await _verify(olive, chat, str(discord.received.pop()))
        tried = await olive.post(f"/notifications/channels/{chat}/test")
        assert tried.json() == {
            "sent": True,
            "answer": "The provider has taken the message.",
            "retryAfter": None,
        }
        discord.received.clear()

        (await frida.request("movie", FILM)).raise_for_status()
        told = await post.next("Frida asks for The Matrix", within=60)
        [in_chat] = await discord.next(within=60)
        assert "The Matrix" in in_chat["embeds"][0]["title"]
        [notice] = await eventually(lambda: _inbox(olive))
        reports = (await olive.get(f"/notifications/{notice['id']}/deliveries")).json()["items"]
        assert {report["kind"] for report in reports} == {"email", "discord"}

        seen = (await olive.get("/notifications/channels")).text
        assert address.rpartition("/")[2] not in seen and "olive@example.org" not in str(reports)

        link = str(told["List-Unsubscribe"]).strip("<>")
        async with httpx.AsyncClient(timeout=20) as nobody:
            page = await nobody.get(link)
            assert page.status_code == 200 and "<form" in page.text and "olive@example.org" not in page.text
            body = {"List-Unsubscribe": "One-Click"}
            done = await nobody.post(link, data=body)
            assert (done.status_code, "about “New request”" in done.text) == (200, True)
            assert "<form" not in (await nobody.get(link)).text
            assert (await nobody.get(f"{link}x")).status_code == 404

        house.overseerr.add_movie(FILM + 1, "Speed", 1994)
        (await frida.request("movie", FILM + 1)).raise_for_status()
        await discord.next(2, within=60)
        [newest, _] = await eventually(lambda: _inbox(olive, 2))
        reports = (await olive.get(f"/notifications/{newest['id']}/deliveries")).json()["items"]
        by_mail = next(report for report in reports if report["kind"] == "email")
        assert (by_mail["state"], by_mail["reason"]) == ("suppressed", "off")

        discord.delete_webhook()
        house.overseerr.add_movie(FILM + 2, "Heat", 1995)
        (await frida.request("movie", FILM + 2)).raise_for_status()
        letters = await eventually(lambda: _dead_letters(olive))
        assert [(letter["kind"], letter["userName"]) for letter in letters] == [("discord", "Olive")]
        refused = await olive.post(f"/admin/notifications/deliveries/{letters[0]['id']}/resend")
        assert (refused.status_code, refused.json()["code"]) == (409, "CHANNEL_NOT_ACTIVE")
        cleared = await olive.delete(f"/admin/notifications/deliveries/{letters[0]['id']}")
        assert cleared.status_code == 204
        state = (await olive.get(f"/notifications/channels/{chat}")).json()
        assert (state["state"] == "disabled" and "10015" in state["stateReason"]) or "404" in state[
            "stateReason"
        ]
        types = [notice["type"] for notice in await eventually(lambda: _inbox(olive, 4))]
        assert types.count("channel.disabled") == 1


async def _made(person: Person, kind: str, config: dict[str, Any]) -> str:
    body = {"kind": kind, "name": kind.title(), "config": config}
    answer = await person.post("/notifications/channels", body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["code"]["sent"], answer.text
    again = await person.post("/notifications/channels", body)
    assert (again.status_code, again.json()["code"]) == (409, "CHANNEL_EXISTS")
    return str(answer.json()["channel"]["id"])


async def _verify(person: Person, channel: str, text: str) -> None:
    found = re.search(r"\b[0-9]{6}\b", text)
    assert found, text
    answer = await person.post(f"/notifications/channels/{channel}/verify", {"code": found.group()})
    assert answer.raise_for_status().json()["state"] == "active"


async def _inbox(person: Person, count: int = 1) -> list[dict[str, Any]] | None:
    """Of requests and channels; on a machine that is slow something may be taken for down as well."""
    items = (await person.get("/notifications")).raise_for_status().json()["items"]
    found = [item for item in items if item["type"].startswith(("request.", "channel."))]
    return found if len(found) == count else None


async def _dead_letters(person: Person) -> list[dict[str, Any]]:
    answer = await person.get("/admin/notifications/deliveries")
    items: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
    return items
