"""Whatever an administrator can set in the administration is in the file, or the manual says that it is not."""

from pathlib import Path

from medianest.settings_file.document import SettingsDocument
from medianest.settings_file.exporting import PARTS
from medianest.settings_file.monitors import MONITORS
from medianest_common.contracts.base import to_camel
from tests.security.test_audited import CHANGING

MANUAL = Path(__file__).parents[2] / "docs" / "operations.md"
IN_THE_FILE = {
    "integrations": ("/admin/services",),
    "requestDefaults": ("/media/defaults",),
    "profiles": ("/youtube/profiles",),
    "templates": ("/admin/notifications/templates",),
    "rules": ("/media/rules",),
    "quotas": ("/media/quotas",),
    "downloadLimits": ("/youtube/quota",),
    "monitorGroups": ("/admin/monitors/groups",),
    "maintenance": ("/admin/monitors/maintenance",),
    "statusPages": ("/admin/status-pages",),
    "monitors": (
        "/admin/monitors",
        "/admin/monitors/order",
        "/admin/monitors/bulk",
        "/admin/monitors/import",
        "/admin/monitors/{id}",
    ),
}
"""Parts, and where what is in them is set. A longer path counts before a shorter one."""
LEFT_OUT = {
    "people, their roles, sign-ins, tokens and invitations": ("/admin/users", "/auth/invites"),
    "requests and what was decided of them": ("/media/requests",),
    "who was taken over from an Overseerr": ("/media/import",),
    "broadcasts, and messages that were or were not delivered": (
        "/admin/broadcasts",
        "/admin/notifications/deliveries",
    ),
    "what was noted of incidents": ("/admin/incidents",),
    "addresses of push monitors": ("/admin/monitors/{id}/push-token",),
    "breakers, dead letters and errors of browsers": (
        "/admin/resilience",
        "/admin/queues",
        "/admin/errors",
    ),
    "backups": ("/admin/backups",),
    "cookies of YouTube": ("/youtube/cookies",),
    "whether its queue rests": ("/youtube/queue",),
    "which yt-dlp is used": ("/youtube/tools",),
    "collections of Plex": ("/plex/collections",),
    "when its libraries are read": ("/plex/libraries",),
    "a token with which Plex was connected anew": ("/admin/plex/reconnect",),
}
"""In the words of the manual."""


def _of(path: str, places: dict[str, tuple[str, ...]]) -> list[tuple[int, str]]:
    return [
        (len(begin), name)
        for name, begins in places.items()
        for begin in begins
        if path == begin or path.startswith(f"{begin}/")
    ]


def test_every_route_by_which_something_is_set_is_in_the_file_or_left_out_for_a_reason() -> None:
    met: set[str] = set()
    forgotten = []
    for route in sorted(CHANGING):
        path = route.split()[1].removeprefix("/api/v1")
        found = sorted(_of(path, IN_THE_FILE) + _of(path, LEFT_OUT))
        if not found:
            forgotten.append(route)
            continue
        met.add(found[-1][1])
    assert not forgotten, "neither exported nor said to be left out"
    assert met == IN_THE_FILE.keys() | LEFT_OUT.keys(), "there are no such routes any more"


def test_the_parts_are_those_of_the_document() -> None:
    about = {"format", "version", "about", "madeBy", "madeAt", "leftOut", "sealed"}
    fields = {to_camel(name) for name in SettingsDocument.model_fields}
    assert fields - about == IN_THE_FILE.keys() == {part.name for part in PARTS} | {MONITORS}


def test_the_manual_names_each_part_and_what_is_left_out() -> None:
    chapter = MANUAL.read_text("utf-8").partition("## Settings as a file")[2].partition("\n## ")[0]
    said = " ".join(chapter.split())
    assert not [part for part in IN_THE_FILE if f"`{part}`" not in said]
    assert not [words for words in LEFT_OUT if words not in said]
