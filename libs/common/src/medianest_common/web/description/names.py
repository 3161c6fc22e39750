"""Names that people read: of operations, and of schemas that Python names after modules and parameters."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from medianest_common.web.description.examples import REF

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+[a-z]*")
_WRITTEN = {
    "csrf": "CSRF",
    "jwks": "JWKS",
    "kuma": "Kuma",
    "plex": "Plex",
    "rss": "RSS",
    "totp": "TOTP",
    "uptime": "Uptime",
    "ytdlp": "yt-dlp",
}
_GENERIC = re.compile(r"(Page|Part)_(\w+)_")


def spoken(name: str) -> str:
    """`createCsrfToken` is "Create CSRF token"."""
    words = [_WRITTEN.get(word.lower(), word.lower()) for word in _WORD.findall(name)]
    first = words[0]
    return " ".join([first[0].upper() + first[1:], *words[1:]])


def rename_schemas(document: dict[str, Any]) -> dict[str, Any]:
    """`Page_Account_` is `PageOfAccount`; of two of one name each is called after its service, `HealthFigures`."""
    schemas = document["components"]["schemas"]
    wanted = {name: _readable(name) for name in schemas}
    taken = Counter(wanted.values())
    names = {name: new for name, new in wanted.items() if new != name and taken[new] == 1}
    renamed: dict[str, Any] = _with_names(document, names)
    renamed["components"]["schemas"] = {
        names.get(name, name): schema for name, schema in renamed["components"]["schemas"].items()
    }
    return renamed


def _readable(name: str) -> str:
    if found := _GENERIC.fullmatch(name):
        return f"{found[1]}Of{_readable(found[2])}"
    parts = name.split("__")
    if len(parts) < 3 or not parts[0].startswith("medianest_"):
        return name
    owner = parts[2] if parts[1] == "contracts" else parts[0].removeprefix("medianest_")
    return owner.capitalize() + parts[-1]


def _with_names(node: Any, names: Mapping[str, str]) -> Any:
    if isinstance(node, list):
        return [_with_names(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _renamed(value, names) if key == "$ref" or _is_mapping(key, value) else _with_names(value, names)
        for key, value in node.items()
    }


def _is_mapping(key: str, value: Any) -> bool:
    """Of a discriminator, from its values to references."""
    return key == "mapping" and isinstance(value, dict) and all(isinstance(v, str) for v in value.values())


def _renamed(reference: Any, names: Mapping[str, str]) -> Any:
    if isinstance(reference, dict):
        return {key: _renamed(value, names) for key, value in reference.items()}
    if not isinstance(reference, str) or not reference.startswith(REF):
        return reference
    name = reference.removeprefix(REF)
    return REF + names.get(name, name)


def drop_titles(document: dict[str, Any]) -> None:
    """Of fields and parameters: Python's name once more, in another spelling."""
    for schema in document["components"]["schemas"].values():
        for field in schema.get("properties", {}).values():
            field.pop("title", None)
    for methods in document["paths"].values():
        for operation in methods.values():
            contents = [answer.get("content", {}) for answer in operation["responses"].values()]
            contents.append(operation.get("requestBody", {}).get("content", {}))
            for shown in (*operation.get("parameters", ()), *(c for each in contents for c in each.values())):
                shown.get("schema", {}).pop("title", None)
