"""The recorded answers that the fake builds its own from."""

import json
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

type Document = dict[str, Any]

FIXTURES = Path(__file__).parent.parent / "fixtures" / "plex"


@cache
def recorded(name: str) -> Any:
    """The parsed JSON of one file below `fixtures/plex`; shared, so copy before changing."""
    return json.loads((FIXTURES / name).read_text("utf-8"))


@cache
def recorded_xml(name: str) -> ElementTree.Element:
    return ElementTree.fromstring((FIXTURES / name).read_text("utf-8"))


def exchange(name: str) -> Document:
    """The body of a named exchange with a real Plex Media Server."""
    body: Document = recorded("pms/watchstate_plex_data.json")[name]["response"]["body"]["MediaContainer"]
    return body


def scalars(document: Document, *without: str) -> Document:
    """The plain values of a recorded object, without the lists and objects inside it."""
    return {k: v for k, v in document.items() if not isinstance(v, dict | list) and k not in without}
