"""Discord's webhooks, as strict as Discord: limits in UTF-16, nothing empty, addresses well formed, a bucket each."""

from collections import defaultdict, deque
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from .site import Answer, Fake, Json, recorded

TOKEN = "Qm9nVXMtdG9rZW4tZm9yLXRlc3RzLW9ubHktbm90LXJlYWw"
_LIMITS = {"title": 256, "description": 4096}
_TOTAL = 6000
_MOST_EMBEDS = 10


class FakeDiscord(Fake):
    """`bucket` messages for each webhook in `seconds`; the next is a 429. Webhooks exist once they were added."""

    bucket = 100
    seconds = 2.0

    def routes(self) -> list[Route]:
        self.webhooks: dict[str, str] = {}
        self.threads: set[str] = set()
        self.shared_limit = False
        self.messages: dict[str, Json] = {}
        """What can be read there, by id; `received` has them as they came."""
        self.edited: list[Json] = []
        """What messages were changed to, in order."""
        self._times: dict[str, deque[float]] = defaultdict(deque)
        return [
            Route("/api/webhooks/{id}/{token}", self._execute, methods=["POST"]),
            Route("/api/webhooks/{id}/{token}/messages/{message}", self._edit, methods=["PATCH"]),
        ]

    def add_webhook(self, id: str = "1017215230101770240", token: str = TOKEN) -> str:
        """Its address."""
        self.webhooks[id] = token
        return f"{self.url}/api/webhooks/{id}/{token}"

    def delete_webhook(self, id: str = "1017215230101770240") -> None:
        del self.webhooks[id]

    async def _execute(self, request: Request) -> JSONResponse:
        hook = self._known(request)
        headers = self._spend(hook)
        body = await request.json()
        check(body)
        message = body | {"id": str(1100000000000000000 + len(self.messages)), "webhook_id": hook}
        self.messages[message["id"]] = message
        self.received.append(message)
        if request.query_params.get("wait") != "true":
            return JSONResponse(None, 204, headers)
        return JSONResponse(message, 200, headers)

    async def _edit(self, request: Request) -> JSONResponse:
        """What is left out stays; of flags only those about what is shown can be changed."""
        hook, which = self._known(request), request.path_params["message"]
        headers = self._spend(hook)
        former = self.messages.get(which)
        if former is None or former.get("deleted"):
            raise Answer(404, {"message": "Unknown Message", "code": 10008})
        body = await request.json()
        check(body)
        self.messages[which] = former | body
        self.edited.append(self.messages[which])
        return JSONResponse(self.messages[which], 200, headers)

    def delete_message(self, message: str) -> None:
        self.messages[message] = {"deleted": True}

    def _known(self, request: Request) -> str:
        """The id of a webhook that there is."""
        hook: str = request.path_params["id"]
        if hook not in self.webhooks:
            raise Answer(404, recorded("discord/unknown_webhook.404.json"))
        if self.webhooks[hook] != request.path_params["token"]:
            raise Answer(401, {"message": "Invalid Webhook Token", "code": 50027})
        thread = request.query_params.get("thread_id")
        if thread and thread not in self.threads:
            raise Answer(404, {"message": "Unknown Channel", "code": 10003})
        return hook

    def _spend(self, hook: str) -> dict[str, str]:
        if self.shared_limit:
            limited = recorded("discord/rate_limited_shared.429.json")
            raise Answer(429, limited["body"], limited["headers"])
        now, used = self.clock.monotonic(), self._times[hook]
        while used and used[0] <= now - self.seconds:
            used.popleft()
        left = self.bucket - len(used)
        reset = used[0] + self.seconds - now if used else self.seconds
        if left <= 0:
            limited = recorded("discord/rate_limited.429.json")
            headers = limited["headers"] | {
                "Retry-After": str(int(reset) + 1),
                "X-RateLimit-Reset-After": f"{reset:.3f}",
            }
            raise Answer(429, limited["body"] | {"retry_after": round(reset, 3)}, headers)
        used.append(now)
        return {
            "X-RateLimit-Limit": str(self.bucket),
            "X-RateLimit-Remaining": str(left - 1),
            "X-RateLimit-Reset-After": f"{reset:.3f}",
        }


def check(body: Json) -> None:
    """Raises `Answer` for what Discord refuses."""
    embeds = body.get("embeds", [])
    if not embeds and not body.get("content"):
        raise Answer(400, {"message": "Cannot send an empty message", "code": 50006})
    if len(embeds) > _MOST_EMBEDS:
        raise _wrong("embeds", "BASE_TYPE_MAX_LENGTH", f"Must be {_MOST_EMBEDS} or fewer in length.")
    total = 0
    for embed in embeds:
        for name, limit in _LIMITS.items():
            text = embed.get(name)
            if text is None:
                continue
            if not str(text).strip():
                raise _wrong(name, "BASE_TYPE_REQUIRED", "This field is required")
            if _length(text) > limit:
                raise _wrong(name, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")
            total += _length(text)
        if "url" in embed and not _well_formed(embed["url"]):
            raise _wrong("url", "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    if total > _TOTAL:
        raise _wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {_TOTAL}")


def _length(text: str) -> int:
    return len(text.strip().encode("utf-16-le")) // 2


def _well_formed(url: Any) -> bool:
    parts = urlsplit(str(url))
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "")


def _wrong(field: str, code: str, message: str) -> Answer:
    document = recorded("discord/invalid_form_body.400.json")
    document["errors"] = {"embeds": {"0": {field: {"_errors": [{"code": code, "message": message}]}}}}
    return Answer(400, document)
