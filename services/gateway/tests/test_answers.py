"""Over all routes: what may be compressed, and what need not be sent twice."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from medianest_common.security.redaction import is_secret_name
from medianest_gateway.asgi import QUIET, SECRET_ANSWERS, STREAMS
from services.gateway.tests.conftest import Door

UNCOMPRESSED = (*SECRET_ANSWERS, *STREAMS)
ALONE = {"POST /api/v1/admin/users/{id}/reset-link"}
"""Answers with a secret among others without, which say so by themselves."""
VALUES = {"tmdb_id": "603", "number": "1", "media_type": "movie", "provider": "plex", "kind": "tautulli"}

# Members that are called like a secret or are an address, and hold none. One that is new fails here until somebody
# has decided.
NO_SECRET = {
    *("email", "pendingEmail", "state", "stateReason", "language", "code", "key", "libraryKey", "parentKey"),
    *("grandparentKey", "youtubeKey", "keys", "lastFullPassAt", "needsCode", "codeExpiresAt", "secretSet"),
    *("tokenAccepted", "withCookies", "personalTokens", "passwordReset", "totp", "recoveryCodesLow"),
    *("recoveryCodesLeft", "posterUrl", "photoUrl", "avatarUrl", "logoUrl", "thumbnailUrl", "backdropUrl"),
    *("stillUrl", "channelUrl", "listUrl", "plexUrl", "link"),
}
NO_SECRET_THERE = {
    # Names of what is set, never the values.
    *(
        ("Channel", "secrets"),
        ("ConfigField", "secret"),
        ("CookiesReport", "cookies"),
        ("Providers", "password"),
    ),
    # Addresses of what everybody can see, and of what administrators have set themselves.
    *(("Batch", "url"), ("Download", "url"), ("Subscription", "url"), ("CookiesTest", "url")),
    *(("PlexConnection", "url"), ("TriedConnection", "url"), ("YoutubePreview", "url")),
}


def _members(
    schema: dict[str, Any], schemas: dict[str, Any], *, within: str = ""
) -> Iterator[tuple[str, str]]:
    """Of an answer and of all that lies in it: the model and the name."""
    seen = set[str]()
    pending = [(within, schema)]
    while pending:
        model, present = pending.pop()
        if name := present.get("$ref", "").rpartition("/")[2]:
            if name not in seen:
                seen.add(name)
                pending.append((name.rpartition("__")[2], schemas[name]))
            continue
        for name, member in present.get("properties", {}).items():
            yield model, name
            pending.append((model, member))
        inner = [present.get("items"), present.get("additionalProperties")]
        inner += [each for kind in ("anyOf", "oneOf", "allOf") for each in present.get(kind, ())]
        pending += [(model, each) for each in inner if isinstance(each, dict)]


def _secrets(operation: dict[str, Any], schemas: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (model, name)
        for status, answer in operation["responses"].items()
        if status.startswith("2")
        for content in answer.get("content", {}).values()
        for model, name in _members(content.get("schema", {}), schemas)
        if is_secret_name(name) or name.lower().endswith(("url", "uri", "link", "ticket", "svg"))
        if name not in NO_SECRET and (model, name) not in NO_SECRET_THERE
    }


def _path(route: str) -> str:
    names = [part.partition("}")[0] for part in route.split("{")[1:]]
    return route.format(**{name: VALUES.get(name, str(uuid4())) for name in names})


def _lies_below(path: str, prefixes: tuple[str, ...]) -> bool:
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


async def test_no_answer_with_a_secret_is_compressed(door: Door) -> None:
    """BREACH: the length of what is compressed tells what it has in common with what somebody else can choose."""
    browser = await door.browser()
    described = (await browser.get("/openapi.json")).json()
    schemas = described["components"]["schemas"]
    holding = dict[str, set[tuple[str, str]]]()
    compressing = dict[str, bool]()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            route = f"{method.upper()} {path}"
            if secrets := _secrets(operation, schemas):
                holding[route] = secrets
            if path in STREAMS:
                continue
            # Nobody's, so that nothing comes of it; the layer says even of a refusal what it depends on.
            answer = await browser.http.request(method.upper(), _path(path), follow_redirects=False)
            compressing[route] = "Accept-Encoding" in answer.headers["vary"]
    assert len(holding) > 15, "tokens, tickets, codes and links are found"
    assert {route: holding[route] for route in holding if compressing.get(route)} == {
        route: holding[route] for route in ALONE
    }
    olive = await door.owner()
    me = (await olive.get("/users/me")).json()["id"]
    for route in ALONE:
        method, path = route.split()
        answer = await olive.send(method, path.removeprefix("/api/v1").format(id=me))
        assert answer.status_code == 201, answer.text
        assert answer.headers["cache-control"] == "private, no-store, no-transform"
    # And nothing else is left alone, so that what was asked above has an answer.
    alone = [route for route, is_compressed in compressing.items() if not is_compressed]
    assert [route for route in alone if not _lies_below(route.split()[1], UNCOMPRESSED)] == []


async def test_every_read_has_a_tag_and_is_not_sent_to_whoever_has_it(door: Door) -> None:
    """All that answers here; the other services are away, and what they would answer goes the same way."""
    olive = await door.owner()
    described = (await olive.get("/openapi.json")).json()
    there = 0
    for path, operations in described["paths"].items():
        if "get" not in operations or _lies_below(path, (*UNCOMPRESSED, *QUIET, "/api/v1/ws")):
            continue
        first = await olive.http.get(_path(path), follow_redirects=False)
        if first.status_code != 200:
            continue
        there += 1
        tag = first.headers["etag"]
        again = await olive.http.get(_path(path), headers={"If-None-Match": f'"another", {tag}'})
        if again.status_code == 200:
            # It says when it was asked.
            assert again.headers["etag"] != tag, path
        any_other = await olive.http.get(_path(path), headers={"If-None-Match": "*"})
        assert (any_other.status_code, any_other.content) == (304, b""), path
        assert any_other.headers["etag"].rpartition('"')[1] == '"'
        assert any_other.headers["x-correlation-id"]
        assert any_other.headers["cache-control"] == first.headers["cache-control"]
        assert set(any_other.headers["vary"].split(", ")) == set(first.headers["vary"].split(", "))
        changed = await olive.http.get(_path(path), headers={"If-None-Match": '"another"'})
        assert changed.status_code == 200, path
        assert changed.content, path
    assert there > 20, "most of it was away"
