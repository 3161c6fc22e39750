"""Telegram's bot API, as strict as Telegram: HTML that does not parse is refused, length counts after it was."""

import re
from html import unescape
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from .site import Answer, Fake, Json

# pragma: allowlist nextline secret
TOKEN = "123456789:AAE-bogus-token-for-tests-only-not-real"
_TAG = re.compile(r"<(/?)([a-z][a-z-]*)((?:\s+[a-z]+=\"[^\"<>]*\")*)\s*>")
_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);)")
_TAGS = frozenset({"b", "strong", "i", "em", "u", "s", "a", "code", "pre", "blockquote", "tg-spoiler"})
_LONGEST = 4096


class FakeTelegram(Fake):
    """`chats` are known; of them `blocked` and `migrated` (to another number) answer as Telegram does."""

    def routes(self) -> list[Route]:
        self.token = TOKEN
        self.chats: set[str] = {"4711"}
        self.blocked: set[str] = set()
        self.migrated: dict[str, int] = {}
        self.flooded_for: int | None = None
        return [Route("/bot{token}/{method}", self._call, methods=["GET", "POST"])]

    async def _call(self, request: Request) -> JSONResponse:
        if request.path_params["token"] != self.token:
            raise _refused(401, "Unauthorized")
        if request.path_params["method"] == "getMe":
            return _done(
                {"id": 123456789, "is_bot": True, "first_name": "MediaNest", "username": "medianest_bot"}
            )
        if request.path_params["method"] != "sendMessage":
            raise _refused(404, "Not Found")
        body = await request.json()
        chat = str(body.get("chat_id", ""))
        if self.flooded_for is not None:
            wait = self.flooded_for
            raise _refused(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
        if chat in self.migrated:
            moved = {"migrate_to_chat_id": self.migrated[chat]}
            raise _refused(400, "Bad Request: group chat was upgraded to a supergroup chat", moved)
        if chat not in self.chats:
            raise _refused(400, "Bad Request: chat not found")
        if chat in self.blocked:
            raise _refused(403, "Forbidden: bot was blocked by the user")
        seen = read(body)
        number = len(self.received) + 1
        self.received.append(body | {"seen": seen, "message_id": number})
        return _done({"message_id": number, "date": int(self.clock.now().timestamp()), "text": seen})


def read(body: Json) -> str:
    """What a reader sees. Raises `Answer` for what Telegram refuses."""
    text = str(body.get("text", ""))
    if body.get("parse_mode") == "HTML":
        text = _without_tags(text)
    if not text.strip():
        raise _refused(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > _LONGEST:
        raise _refused(400, "Bad Request: message is too long")
    return text


def _without_tags(text: str) -> str:
    open_tags: list[str] = []
    for closing, tag, _ in _TAG.findall(text):
        if tag not in _TAGS:
            raise _refused(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}"')
        if closing and (not open_tags or open_tags.pop() != tag):
            raise _refused(400, "Bad Request: can't parse entities: unexpected end tag")
        if not closing:
            open_tags.append(tag)
    bare = _TAG.sub("", text)
    if open_tags or "<" in bare or _ENTITY.search(bare):
        raise _refused(400, "Bad Request: can't parse entities")
    return unescape(bare)


def _done(result: Any) -> JSONResponse:
    return JSONResponse({"ok": True, "result": result})


def _refused(status: int, description: str, parameters: Json | None = None) -> Answer:
    body: Json = {"ok": False, "error_code": status, "description": description}
    return Answer(status, body | ({"parameters": parameters} if parameters else {}))
