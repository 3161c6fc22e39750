"""What happens to the services of a published page, as Atom (RFC 4287) and RSS 2.0."""

from datetime import datetime
from email.utils import format_datetime
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from medianest_common.contracts.base import rfc3339
from medianest_common.contracts.health.pages import PublicIncident, PublicMaintenance, PublicPage, PublicState

_ATOM = "http://www.w3.org/2005/Atom"
_WORDS = {
    PublicState.UP: "is well",
    PublicState.DEGRADED: "is not well",
    PublicState.DOWN: "is down",
    PublicState.MAINTENANCE: "is being worked on",
    PublicState.UNKNOWN: "is unknown",
}

_KEPT = "\n\u200c\u200d"


class Entry(NamedTuple):
    """`id` stays what it is, however it goes on."""

    id: str
    title: str
    text: str
    published: datetime
    updated: datetime


def entries(page: PublicPage) -> list[Entry]:
    """What changed last comes first."""
    names = {monitor.id: monitor.name for group in page.groups for monitor in group.monitors}
    found = [_incident(incident) for incident in page.incidents]
    found += [
        _maintenance(window, ", ".join(names[each] for each in window.monitor_ids if each in names))
        for window in page.maintenance
    ]
    return sorted(found, key=lambda entry: (entry.updated, entry.id), reverse=True)


def atom(page: PublicPage, address: str) -> bytes:
    feed = Element("feed", {"xmlns": _ATOM})
    found = entries(page)
    _add(feed, "id", address)
    _add(feed, "title", page.title)
    if page.description:
        _add(feed, "subtitle", page.description)
    _add(feed, "updated", rfc3339(_updated(page, found)))
    _add(SubElement(feed, "author"), "name", page.title)
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": f"{address}/feed.atom"})
    SubElement(feed, "link", {"rel": "alternate", "type": "application/json", "href": address})
    for entry in found:
        node = SubElement(feed, "entry")
        _add(node, "id", entry.id)
        _add(node, "title", entry.title)
        _add(node, "published", rfc3339(entry.published))
        _add(node, "updated", rfc3339(entry.updated))
        _add(node, "content", entry.text, type="text")
        SubElement(node, "link", {"rel": "alternate", "type": "application/json", "href": address})
    return _written(feed)


def rss(page: PublicPage, address: str) -> bytes:
    # Prefixes that are registered hold for the whole process, and others register this one without a prefix.
    root = Element("rss", {"version": "2.0", "xmlns:atom": _ATOM})
    channel = SubElement(root, "channel")
    found = entries(page)
    _add(channel, "title", page.title)
    _add(channel, "link", address)
    _add(channel, "description", page.description or page.title)
    _add(channel, "lastBuildDate", format_datetime(_updated(page, found), usegmt=True))
    _add(channel, "ttl", "5")
    own = {"rel": "self", "type": "application/rss+xml", "href": f"{address}/feed.rss"}
    SubElement(channel, "atom:link", own)
    for entry in found:
        item = SubElement(channel, "item")
        _add(item, "title", entry.title)
        _add(item, "description", entry.text)
        _add(item, "link", address)
        _add(item, "guid", entry.id, isPermaLink="false")
        _add(item, "pubDate", format_datetime(entry.published, usegmt=True))
    return _written(root)


def _incident(incident: PublicIncident) -> Entry:
    lines = [f"{_minute(turn.at)}: {_WORDS[turn.status]}" for turn in incident.turns]
    if not lines:
        lines = [f"{_minute(incident.opened_at)}: {_WORDS[incident.worst]}"]
        if incident.closed_at:
            lines.append(f"{_minute(incident.closed_at)}: {_WORDS[PublicState.UP]}")
    what = "is well again" if incident.closed_at else _WORDS[incident.status]
    moments = [incident.opened_at, *(turn.at for turn in incident.turns)]
    return Entry(
        id=f"urn:uuid:{incident.id}",
        title=f"{incident.monitor_name} {what}",
        text="\n".join(lines),
        published=incident.opened_at,
        updated=max([*moments, *([incident.closed_at] if incident.closed_at else [])]),
    )


def _maintenance(window: PublicMaintenance, concerned: str) -> Entry:
    """Each time that it comes is an entry of its own."""
    text = f"From {_minute(window.starts_at)} to {_minute(window.ends_at)}: {concerned}"
    return Entry(
        id=f"urn:uuid:{window.id}#{window.starts_at:%Y%m%dT%H%M%SZ}",
        title=f"Maintenance: {window.title}",
        text=text,
        published=window.updated_at,
        updated=window.updated_at,
    )


def _updated(page: PublicPage, found: list[Entry]) -> datetime:
    return max([page.updated_at, *(entry.updated for entry in found)])


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _add(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = "".join(c for c in text if c.isprintable() or c in _KEPT)


def _written(root: Element) -> bytes:
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))
