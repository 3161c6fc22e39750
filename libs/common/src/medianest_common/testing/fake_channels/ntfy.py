"""ntfy: publishing as JSON and polling. A message of more than 4096 bytes becomes a file, as with ntfy."""

import json
import re
from base64 import b64encode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .site import Answer, Fake, Json, recorded

_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
_LONGEST = 4096
_CACHED_FOR = 12 * 3600


class FakeNtfy(Fake):
    """`tokens` and `users` may use `private` topics; `forbidden` ones nobody may. `limited` answers 42901."""

    def routes(self) -> list[Route]:
        self.tokens: set[str] = set()
        self.users: dict[str, str] = {}
        self.private: set[str] = set()
        self.forbidden: set[str] = set()
        self.limited = False
        self.knows_sequences = True
        return [
            Route("/", self._publish, methods=["POST", "PUT"]),
            Route("/{topic}/json", self._poll, methods=["GET"]),
            Route("/{rest:path}", _no_such_page, methods=["GET", "POST"]),
        ]

    async def _publish(self, request: Request) -> JSONResponse:
        if self.limited:
            raise Answer(429, recorded("ntfy/too_many_requests.429.json"))
        try:
            body = await request.json()
            topic = str(body["topic"])
        except (ValueError, LookupError, TypeError):
            raise _refused(40024, 400, "invalid request: request body must be valid JSON") from None
        self._admit(request, topic)
        message = str(body.get("message") or "triggered")
        now = int(self.clock.now().timestamp())
        kept: Json = {
            "id": f"sLi{len(self.received):09d}",
            "time": now,
            "expires": now + _CACHED_FOR,
            "event": "message",
            "topic": topic,
            "message": message,
        }
        kept |= {name: body[name] for name in ("title", "priority", "click", "tags") if body.get(name)}
        if self.knows_sequences and body.get("sequence_id"):
            kept["sequence_id"] = body["sequence_id"]
        if len(message.encode()) > _LONGEST:
            kept |= {
                "message": "You received a file: attachment.txt",
                "attachment": {"name": "attachment.txt"},
            }
        self.received.append(kept)
        return JSONResponse(kept)

    async def _poll(self, request: Request) -> Response:
        topic = request.path_params["topic"]
        self._admit(request, topic)
        since = int(request.query_params.get("since", "0"))
        found = [kept for kept in self.received if kept["topic"] == topic and kept["time"] >= since]
        return Response("".join(json.dumps(kept) + "\n" for kept in found), media_type="application/x-ndjson")

    def _admit(self, request: Request, topic: str) -> None:
        if not _TOPIC.fullmatch(topic):
            raise _refused(40009, 400, "invalid request: topic invalid")
        given = request.headers.get("authorization", "")
        known = {f"Bearer {token}" for token in self.tokens}
        known |= {
            f"Basic {b64encode(f'{name}:{word}'.encode()).decode()}" for name, word in self.users.items()
        }
        if given and given not in known:
            raise _refused(40101, 401, "unauthorized")
        if topic in self.forbidden or (topic in self.private and not given):
            raise _refused(40301, 403, "forbidden")


async def _no_such_page(_: Request) -> JSONResponse:
    raise _refused(40401, 404, "page not found")


def _refused(code: int, status: int, error: str) -> Answer:
    return Answer(
        status, {"code": code, "http": status, "error": error, "link": "https://ntfy.sh/docs/publish/"}
    )
