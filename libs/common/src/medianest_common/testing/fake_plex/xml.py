"""The same answers as XML, which both plex.tv and a Plex Media Server send unless JSON is asked for."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

_ELEMENT_OF_TYPE = {
    "movie": "Video",
    "episode": "Video",
    "clip": "Video",
    "track": "Track",
    "photo": "Photo",
}


def server_xml(tag: str, document: Mapping[str, Any]) -> bytes:
    """Attributes for plain values, elements for objects; an item's element is named after its type."""
    return _encoded(_server_element(tag, document))


def account_xml(tag: str, document: Mapping[str, Any] | list[Any]) -> bytes:
    """The form of plex.tv's v2 API: `connections: [...]` becomes `<connections><connection/>…`."""
    root = Element(tag)
    _fill_account(root, document)
    return _encoded(root)


def _server_element(tag: str, document: Mapping[str, Any]) -> Element:
    element = Element(tag)
    for key, value in document.items():
        if value is None:
            continue
        if isinstance(value, Mapping):
            element.append(_server_element(key, value))
        elif isinstance(value, list):
            for child in value:
                name = _ELEMENT_OF_TYPE.get(child.get("type"), "Directory") if key == "Metadata" else key
                element.append(_server_element(name, child))
        else:
            element.set(key, _text(value))
    return element


def _fill_account(element: Element, document: Mapping[str, Any] | list[Any]) -> None:
    if isinstance(document, list):
        for child in document:
            inner = SubElement(element, _singular(element.tag))
            if isinstance(child, Mapping | list):
                _fill_account(inner, child)
            else:
                inner.set("id", _text(child))
        return
    for key, value in document.items():
        if isinstance(value, Mapping | list):
            _fill_account(SubElement(element, key), value)
        else:
            element.set(key, "" if value is None else _text(value))


def _singular(plural: str) -> str:
    return plural[:-3] + "y" if plural.endswith("ies") else plural.removesuffix("s")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def _encoded(root: Element) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + bytes(tostring(root, encoding="utf-8"))
