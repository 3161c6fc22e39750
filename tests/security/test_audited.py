"""Whatever administrators change is in the audit log: every route by which they do is walked, as they would."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from medianest.testing import eventually
from tests.security.conftest import FILM, House
from tests.security.test_access import ACCESS, ADMIN
from tests.security.test_second_factor import enrol
from tests.world import Person

LOOKS = {
    "POST /api/v1/admin/notifications/templates/preview": "Shows what would be said.",
    "POST /api/v1/admin/backups/{name}/download": "Says where it may be had; having it is written down.",
    "POST /api/v1/admin/broadcasts/reach": "Counts whom it would reach.",
    "POST /api/v1/admin/monitors/test": "Tries what is not saved.",
    "POST /api/v1/admin/monitors/{id}/check": "Looks now instead of a little later.",
    "POST /api/v1/admin/services/{kind}/test": "Tries what is not saved.",
    "POST /api/v1/media/rules/try": "Says what the rules would make of it.",
    "POST /api/v1/youtube/cookies/test": "Tries what they are good for.",
}
"""Routes that change nothing, although they are asked with POST."""

HEALTH, LETTERS = "services/health/tests", "services/health/tests/test_dead_letters.py"
BACKUPS = "tests/keeping/test_in_the_administration.py"
DELIVERIES = "services/notifications/tests/test_deliveries.py"
ELSEWHERE = {
    "POST /api/v1/admin/backups": (BACKUPS, "backup_make"),
    "DELETE /api/v1/admin/backups/{name}": (BACKUPS, "backup_delete"),
    "POST /api/v1/admin/queues/dead-letters/retry": (LETTERS, "dead_letters_retry"),
    "POST /api/v1/admin/queues/dead-letters/drop": (LETTERS, "dead_letters_drop"),
    "POST /api/v1/admin/queues/dead-letters/{seq}/retry": (
        "tests/faults/test_dead_letters.py",
        "dead_letters_retry",
    ),
    "DELETE /api/v1/admin/queues/dead-letters/{seq}": (
        "tests/faults/test_dead_letters.py",
        "dead_letters_drop",
    ),
    "POST /api/v1/admin/notifications/deliveries/{id}/resend": (DELIVERIES, "delivery_resend"),
    "DELETE /api/v1/admin/notifications/deliveries/{id}": (DELIVERIES, "delivery_delete"),
    "POST /api/v1/admin/incidents/{id}/notes": (f"{HEALTH}/test_audited.py", '"note"'),
    "DELETE /api/v1/admin/incidents/{id}/notes/{note_id}": (f"{HEALTH}/test_audited.py", "remove_note"),
    "PUT /api/v1/admin/incidents/{id}/post-mortem": (f"{HEALTH}/test_audited.py", "post_mortem"),
    "POST /api/v1/admin/monitors/import/uptime-kuma": (
        "tests/e2e/test_importing_uptime_kuma.py",
        "monitor_create",
    ),
    "POST /api/v1/media/requests/{id}/mark": ("services/media/tests/test_decided.py", "request_mark"),
    "DELETE /api/v1/media/import/people/{id}": (
        "services/media/tests/test_imported_people.py",
        "ImportedPersonErased",
    ),
    "POST /api/v1/youtube/tools/update": ("tests/e2e/test_updating_ytdlp.py", "ytdlp_update"),
}
"""What comes before them takes long to make: the test that is named asks for the entry, or for the event of it."""

CHANGING = {
    route for route, who in ACCESS.items() if who == ADMIN and not route.startswith("GET ")
} - LOOKS.keys()
ROOT = Path(__file__).parents[2]
MONITOR = {"name": "NAS", "spec": {"kind": "tcp", "host": "nas", "port": 1}}
COOKIES = "# Netscape HTTP Cookie File\n.youtube.com\tTRUE\t/\tTRUE\t4102444800\tSAPISID\tfixture\n"


@dataclass
class Walk:
    """Keeps which routes were gone, and what the log must say of it."""

    person: Person
    gone: list[str] = field(default_factory=list)
    wanted: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)

    async def go(self, route: str, action: str, body: Any = None, **values: Any) -> dict[str, Any]:
        method, path = route.split()
        path = f"/api/v1{path}"
        headers = {"X-CSRF-Token": self.person.csrf}
        answer = await self.person.http.request(
            method, path.format_map(values), json=body, headers=headers, timeout=60
        )
        self.gone.append(f"{method} {path}")
        if not answer.is_success:
            self.refused.append(f"{route}: {answer.status_code} {answer.text}")
            return {}
        self.wanted[action] += 1
        return _read(answer)

    async def is_written_down(self) -> bool:
        entries: Counter[str] = Counter()
        cursor = None
        while True:
            params = {"limit": 100, "user": self.person.user["id"], **({"cursor": cursor} if cursor else {})}
            page = (await self.person.get("/admin/audit", params=params)).raise_for_status().json()
            entries.update(each["action"] for each in page["items"] if each["result"] == "ok")
            if (cursor := page["nextCursor"]) is None:
                break
        assert not self.wanted - entries, f"not in the audit log: {dict(self.wanted - entries)}"
        return True


def _read(answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = answer.json() if answer.content else {}
    return found


def test_what_is_left_out_is_there_and_is_asked_for_where_it_says() -> None:
    assert not (LOOKS.keys() | ELSEWHERE.keys()) - ACCESS.keys()
    for place, what in ELSEWHERE.values():
        assert what in (ROOT / place).read_text("utf-8"), place


@pytest.mark.timeout(600)
def test_whatever_administrators_change_is_in_the_audit_log(house: House) -> None:
    house.do(_walked(house), within=500)


async def _walked(house: House) -> None:
    plex = house.world.plex
    films = [plex.library.add_movie(title, 1990 + n, tmdb=900 + n) for n, title in enumerate(("Heat", "Ran"))]
    walk = Walk(house.olive)
    await _requests(house, walk)
    await _downloads(house, walk)
    await _library(walk, films)
    await _monitors(walk)
    await _maintenance(walk)
    await _pages_and_groups(walk)
    await _notifications(walk)
    await _internals(house, walk)
    await _people(house, walk)
    assert walk.refused == []
    assert set(walk.gone) == CHANGING - ELSEWHERE.keys(), "a route is not walked, or not in a table above"
    await eventually(walk.is_written_down)


async def _requests(house: House, walk: Walk) -> None:
    frida = house.frida.user["id"]
    mine = {r["tmdbId"]: r["id"] for r in (await house.frida.get("/media/requests")).json()["items"]}
    await walk.go("POST /media/requests/{id}/approve", "request_approve", id=mine[1])
    await walk.go("POST /media/requests/{id}/retry", "request_retry", id=mine[1])
    await walk.go("POST /media/requests/{id}/decline", "request_decline", {"reason": "no"}, id=mine[2])
    many = {"ids": [mine[FILM]], "action": "approve"}
    await walk.go("POST /media/requests/bulk", "request_approve", many)
    await walk.go("PUT /media/quotas/{user_id}", "quota_change", {"mayAsk4k": True}, user_id=frida)
    await walk.go("DELETE /media/quotas/{user_id}", "quota_reset", user_id=frida)
    defaults: dict[str, Any] = {"standard": {}, "fourK": {}}
    await walk.go("PUT /media/defaults/{media_type}", "request_defaults_change", defaults, media_type="movie")
    rule = await walk.go("POST /media/rules", "approval_rule_create", {"name": "Everything"})
    await walk.go("PUT /media/rules/{id}", "approval_rule_change", {"name": "All"}, id=rule["id"])
    await walk.go("PUT /media/rules/order", "approval_rules_order", {"ids": [rule["id"]]})
    await walk.go("DELETE /media/rules/{id}", "approval_rule_delete", id=rule["id"])
    await walk.go("POST /media/import", "request_import_try", {"dryRun": True})


async def _downloads(house: House, walk: Walk) -> None:
    made = await walk.go("POST /youtube/profiles", "download_profile_create", {"name": "Small"})
    await walk.go(
        "PUT /youtube/profiles/{id}", "download_profile_change", {"name": "Tiny"}, id=made.get("id")
    )
    await walk.go("DELETE /youtube/profiles/{id}", "download_profile_delete", id=made.get("id"))
    await walk.go("POST /youtube/queue/pause", "download_queue_pause", {})
    await walk.go("POST /youtube/queue/resume", "download_queue_resume")
    limits = {"limitPerHour": 1, "limitBytes": None}
    await walk.go(
        "PUT /youtube/quota/{user_id}", "download_quota_change", limits, user_id=house.frida.user["id"]
    )
    await walk.go("PUT /youtube/cookies", "youtube_cookies_set", {"file": COOKIES})
    await walk.go("DELETE /youtube/cookies", "youtube_cookies_delete")


async def _library(walk: Walk, films: list[str]) -> None:
    async def read() -> list[dict[str, Any]]:
        libraries: list[dict[str, Any]] = (await walk.person.get("/admin/plex/sync")).json()["items"]
        assert libraries and all(each["lastFullPassAt"] for each in libraries)
        return libraries

    key = next(each["key"] for each in await eventually(read) if each["title"] == "Movies")
    asked = {"title": "Nights", "libraryKey": key, "ratingKeys": films[:1]}
    made = await walk.go("POST /plex/collections", "collection_create", asked)
    of_it = {"rating_key": made.get("ratingKey")}
    await walk.go(
        "PUT /plex/collections/{rating_key}/items", "collection_change", {"add": films[1:]}, **of_it
    )
    await walk.go("DELETE /plex/collections/{rating_key}", "collection_delete", **of_it)
    await walk.go("POST /plex/libraries/{library_key}/scan", "library_scan", library_key=key)
    await walk.go("POST /plex/libraries/{library_key}/sync", "library_sync", library_key=key)
    await walk.go("POST /admin/plex/reconnect", "plex_reconnect", {})


async def _monitors(walk: Walk) -> None:
    made = (await walk.go("POST /admin/monitors", "monitor_create", MONITOR)).get("monitor", {})
    of_it = {"id": made.get("id")}
    changed = {"name": "Box", "version": made.get("version")}
    await walk.go("PUT /admin/monitors/{id}", "monitor_change", changed, **of_it)
    await walk.go("POST /admin/monitors/{id}/pause", "monitor_pause", **of_it)
    await walk.go("POST /admin/monitors/{id}/resume", "monitor_resume", **of_it)
    await walk.go("POST /admin/monitors/bulk", "monitor_pause", {"ids": [of_it["id"]], "action": "pause"})
    all_of_them = (await walk.person.get("/admin/monitors", params={"limit": 100})).json()["items"]
    order = {"ids": [each["id"] for each in all_of_them]}
    await walk.go("PUT /admin/monitors/order", "monitors_order", order)
    await walk.go("DELETE /admin/monitors/{id}", "monitor_delete", **of_it)
    push = {"name": "Backup", "spec": {"kind": "push"}}
    pushed = (await walk.go("POST /admin/monitors", "monitor_create", push)).get("monitor", {})
    await walk.go("POST /admin/monitors/{id}/push-token", "monitor_renew_token", id=pushed.get("id"))
    document = {"monitors": [MONITOR | {"ref": "00000000-0000-0000-0000-000000000001"}]}
    carried = {"document": document, "dryRun": False}
    await walk.go("POST /admin/monitors/import", "monitor_create", carried)


async def _maintenance(walk: Walk) -> None:
    plan = {
        "title": "Backup",
        "zone": "UTC",
        "startsAtLocal": "2030-01-01T03:00",
        "durationSeconds": 3600,
        "everything": True,
    }
    made = await walk.go("POST /admin/monitors/maintenance", "maintenance_plan", plan)
    changed = plan | {"title": "Disk", "version": made.get("version")}
    await walk.go("PUT /admin/monitors/maintenance/{id}", "maintenance_change", changed, id=made.get("id"))
    await walk.go("POST /admin/monitors/maintenance/{id}/cancel", "maintenance_cancel", id=made.get("id"))
    began = datetime.now(UTC).astimezone(ZoneInfo("UTC")) - timedelta(minutes=10)
    now = plan | {"startsAtLocal": began.strftime("%Y-%m-%dT%H:%M")}
    running = await walk.go("POST /admin/monitors/maintenance", "maintenance_plan", now)
    await walk.go("POST /admin/monitors/maintenance/{id}/end", "maintenance_end", id=running.get("id"))
    await walk.go("DELETE /admin/monitors/maintenance/{id}", "maintenance_delete", id=running.get("id"))


async def _pages_and_groups(walk: Walk) -> None:
    body = {"slug": "house", "title": "Our house"}
    page = await walk.go("POST /admin/status-pages", "status_page_create", body)
    changed = body | {"title": "The house", "version": page.get("version")}
    await walk.go("PUT /admin/status-pages/{id}", "status_page_change", changed, id=page.get("id"))
    await walk.go("DELETE /admin/status-pages/{id}", "status_page_delete", id=page.get("id"))
    group = await walk.go("POST /admin/monitors/groups", "monitor_group_create", {"name": "Boxes"})
    of_it = {"id": group.get("id")}
    await walk.go("PUT /admin/monitors/groups/{id}", "monitor_group_rename", {"name": "Racks"}, **of_it)
    there = (await walk.person.get("/admin/monitors/groups")).json()["items"]
    order = {"ids": [each["id"] for each in there]}
    await walk.go("PUT /admin/monitors/groups/order", "monitor_groups_order", order)
    await walk.go("DELETE /admin/monitors/groups/{id}", "monitor_group_delete", **of_it)


async def _notifications(walk: Walk) -> None:
    path = "/admin/notifications/templates/{type}/{locale}/{channel}"
    which = {"type": "request.approved", "locale": "en", "channel": "any"}
    await walk.go(f"PUT {path}", "template_change", {"title": "T", "body": "B"}, **which)
    await walk.go(f"DELETE {path}", "template_reset", **which)
    said = {"audience": "everyone", "title": "T", "body": "B"}
    sent = await walk.go("POST /admin/broadcasts", "broadcast", said)
    await walk.go("DELETE /admin/broadcasts/{id}", "broadcast_withdraw", id=sent.get("id"))


async def _internals(house: House, walk: Walk) -> None:
    await walk.go("POST /admin/resilience/breakers/reset", "breakers_reset", {})
    (await house.frida.post("/errors/report", {"message": "x is not a function"})).raise_for_status()
    error = (await walk.person.get("/admin/errors")).json()["items"][0]["id"]
    await walk.go("POST /admin/errors/{id}/resolve", "reported_error_resolve", id=error)
    await walk.go("DELETE /admin/errors/{id}", "reported_error_delete", id=error)
    seen = (await walk.person.get("/admin/services")).raise_for_status().json()["items"]
    present = next(each for each in seen if each["kind"] == "tautulli")
    asked = {"url": "http://127.0.0.1:9", "secret": "k", "version": present["version"]}
    await walk.go("PUT /admin/services/{kind}", "integration_change", asked, kind="tautulli")
    await walk.go("DELETE /admin/services/{kind}", "integration_reset", kind="tautulli")


async def _people(house: House, walk: Walk) -> None:
    invite = await walk.go("POST /auth/invites", "invite_create")
    await walk.go("DELETE /auth/invites/{id}", "invite_revoke", id=invite.get("id"))
    dora = await house.world.friend("Dora")
    of_her = {"id": dora.user["id"]}
    await enrol(dora)
    asked = {"name": "a script", "scopes": ["read"]}
    token = (await dora.post("/auth/tokens", asked)).raise_for_status().json()["id"]
    await walk.go("DELETE /admin/users/{id}/tokens/{token_id}", "token_revoke", token_id=token, **of_her)
    await walk.go("POST /admin/users/{id}/sign-out", "sign_out", **of_her)
    await walk.go("POST /admin/users/{id}/reset-link", "reset_link_create", **of_her)
    await walk.go("POST /admin/users/{id}/reset-2fa", "second_factor_change", **of_her)
    await walk.go("PATCH /admin/users/{id}", "suspend", {"status": "suspended"}, **of_her)
    await walk.go("DELETE /admin/users/{id}", "user_delete", **of_her)
    house.world.plex.add_managed_user("Kid")
    await walk.go("POST /admin/users/import-plex", "user_import")
    emma = await house.world.friend("Emma")
    await walk.go("POST /admin/users/{id}/make-owner", "role_change", id=emma.user["id"])
    await _renewed(emma)
    back = await emma.post(f"/admin/users/{walk.person.user['id']}/make-owner")
    assert back.status_code == 200, back.text
    await _renewed(walk.person)


async def _renewed(person: Person) -> None:
    """With the role that they have by now."""
    await person.arrive()
    await person.refresh()
