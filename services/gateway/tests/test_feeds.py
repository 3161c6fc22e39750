"""Feeds that readers can read, and badges that browsers can draw, whatever is written in them."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import UUID
from xml.etree import ElementTree

import pytest

from medianest_common.clock import uuid7
from medianest_common.contracts.health import Uptime
from medianest_common.contracts.health.pages import (
    BadgeFacts,
    BadgeTone,
    Days,
    PublicGroup,
    PublicIncident,
    PublicMaintenance,
    PublicMonitor,
    PublicPage,
    PublicState,
    PublicTurn,
)
from medianest_gateway.badges import draw
from medianest_gateway.feeds import atom, rss

ADDRESS = "https://nest.example/portal/api/v1/status/house"
MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOSTILE = '<script>alert(1)</script> & "Ünïcode" ]]> 🎬 \x07\u202e'
ATOM = {"a": "http://www.w3.org/2005/Atom"}
UNKNOWN = Uptime(day=None, week=None, month=None, quarter=None)

NO_DAYS = Days(since=MADE.date(), uptime=[], coverage=[])


def page(*incidents: PublicIncident, name: str = "Plex", maintenance: bool = False) -> PublicPage:
    monitor = PublicMonitor(
        id=uuid7(), name=name, status=PublicState.UP, since=None, uptime=UNKNOWN, coverage=0, days=NO_DAYS
    )
    window = PublicMaintenance(
        id=uuid7(),
        title=name,
        starts_at=MADE + timedelta(days=1),
        ends_at=MADE + timedelta(days=1, hours=2),
        monitor_ids=[monitor.id],
        updated_at=MADE,
    )
    return PublicPage(
        slug="house",
        title=name,
        description=name,
        status=PublicState.UP,
        groups=[PublicGroup(name=name, monitors=[monitor])],
        incidents=list(incidents),
        maintenance=[window] if maintenance else [],
        updated_at=MADE,
    )


def incident(*turns: PublicState, closed: bool = False, id: UUID | None = None) -> PublicIncident:
    moments = [MADE + timedelta(hours=number) for number in range(len(turns))]
    return PublicIncident(
        id=id or uuid7(),
        monitor_id=uuid7(),
        monitor_name="Plex",
        status=PublicState.UP if closed else turns[-1],
        worst=PublicState.DOWN,
        opened_at=moments[0],
        closed_at=moments[-1] if closed else None,
        turns=[PublicTurn(at=at, status=turn) for at, turn in zip(moments, turns, strict=True)],
    )


def test_an_incident_is_one_entry_that_changes_as_it_goes_on() -> None:
    incident_id = uuid7()
    stages = [
        incident(PublicState.DOWN, id=incident_id),
        incident(PublicState.DOWN, PublicState.DEGRADED, id=incident_id),
        incident(PublicState.DOWN, PublicState.DEGRADED, PublicState.UP, closed=True, id=incident_id),
    ]
    told = []
    for stage in stages:
        feed = ElementTree.fromstring(atom(page(stage), ADDRESS))
        [entry] = feed.findall("a:entry", ATOM)
        assert entry.findtext("a:id", namespaces=ATOM) == f"urn:uuid:{incident_id}"
        assert entry.findtext("a:published", namespaces=ATOM) == "2026-03-01T12:00:00.000000Z"
        assert feed.findtext("a:updated", namespaces=ATOM) == entry.findtext("a:updated", namespaces=ATOM)
        told.append(
            (entry.findtext("a:title", namespaces=ATOM), entry.findtext("a:updated", namespaces=ATOM))
        )
    assert told == [
        ("Plex is down", "2026-03-01T12:00:00.000000Z"),
        ("Plex is not well", "2026-03-01T13:00:00.000000Z"),
        ("Plex is well again", "2026-03-01T14:00:00.000000Z"),
    ]
    content = entry.findtext("a:content", namespaces=ATOM)
    assert content == (
        "2026-03-01 12:00 UTC: is down\n2026-03-01 13:00 UTC: is not well\n2026-03-01 14:00 UTC: is well"
    )


def test_atom_has_what_rfc_4287_demands() -> None:
    feed = ElementTree.fromstring(atom(page(incident(PublicState.DOWN), maintenance=True), ADDRESS))
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    assert feed.findtext("a:id", namespaces=ATOM) == ADDRESS
    assert feed.find("a:author/a:name", ATOM) is not None
    links = {link.get("rel"): link.get("href") for link in feed.findall("a:link", ATOM)}
    assert links == {"self": f"{ADDRESS}/feed.atom", "alternate": ADDRESS}
    entries = feed.findall("a:entry", ATOM)
    ids = [entry.findtext("a:id", namespaces=ATOM) for entry in entries]
    assert len(ids) == len(set(ids)) == 2
    for entry in entries:
        for name in ("id", "title", "updated", "content", "link"):
            assert len(entry.findall(f"a:{name}", ATOM)) == 1


def test_rss_has_what_readers_look_for() -> None:
    # As another library in the same process may have done.
    ElementTree.register_namespace("", "http://www.w3.org/2005/Atom")
    told = incident(PublicState.DOWN, PublicState.UP, closed=True)
    root = ElementTree.fromstring(rss(page(told, maintenance=True), ADDRESS))
    channel = root.find("channel")
    assert (root.tag, root.get("version")) == ("rss", "2.0") and channel is not None
    assert [channel.findtext(name) for name in ("title", "link", "description")] == ["Plex", ADDRESS, "Plex"]
    own = channel.find("{http://www.w3.org/2005/Atom}link")
    assert own is not None and own.get("href") == f"{ADDRESS}/feed.rss"
    first, second = channel.findall("item")
    guid = first.find("guid")
    assert guid is not None and (guid.text, guid.get("isPermaLink")) == (f"urn:uuid:{told.id}", "false")
    assert parsedate_to_datetime(first.findtext("pubDate") or "") == MADE
    assert second.findtext("title") == "Maintenance: Plex"
    assert second.findtext("description") == "From 2026-03-02 12:00 UTC to 2026-03-02 14:00 UTC: Plex"


@pytest.mark.parametrize("write", [atom, rss])
def test_whatever_is_written_in_it_stays_text(write) -> None:  # type: ignore[no-untyped-def]
    document = write(page(name=HOSTILE, maintenance=True), ADDRESS)
    texts = [node.text for node in ElementTree.fromstring(document).iter()]
    assert any('<script>alert(1)</script> & "Ünïcode" ]]> 🎬' in (text or "") for text in texts)
    assert b"<script" not in document and b"\x07" not in document


@pytest.mark.parametrize("label", [HOSTILE, "x" * 500, "", " \n\t ", "日本語", None])
def test_a_badge_is_a_picture_whatever_its_label(label: str | None) -> None:
    facts = BadgeFacts(label="status", value="up", tone=BadgeTone.GOOD, published=True)
    picture = draw(facts, label=label)
    root = ElementTree.fromstring(picture)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "<script" not in picture and "style" not in picture
    assert {node.tag.rpartition("}")[2] for node in root.iter()} == {
        "svg",
        "title",
        "clipPath",
        "rect",
        "g",
        "text",
    }
    assert int(root.get("width") or 0) < 800


def test_a_badge_is_as_wide_as_what_it_says() -> None:
    def width(value: str) -> int:
        picture = draw(BadgeFacts(label="status", value=value, tone=BadgeTone.BAD, published=True))
        return int(re.findall(r'width="(\d+)"', picture)[0])

    assert width("up") < width("degraded") < width("maintenance for a while")
