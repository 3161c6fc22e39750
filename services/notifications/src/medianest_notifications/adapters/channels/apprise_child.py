"""Runs Apprise in a process of its own, for one message: what a person's address makes it do ends with the process.

Started as `python -I apprise_child.py`, with a task in JSON on its input; the last line it writes is the result.
Before anything of the address is looked at, an audit hook takes away files, programs and all but allowed connections;
a hook cannot be removed, and it is asked after names have been resolved.
"""

import importlib
import json
import logging
import os
import re
import resource
import socket
import sys
from pathlib import Path
from typing import Any

import apprise
import certifi
import requests
from apprise.plugins.base import NotifyBase

from medianest_common.addresses import AddressPolicy, AddressRefused, check_address

_MOST_CPU_SECONDS = 30
_MOST_MEMORY = 1 << 30
_MOST_INPUT = 1 << 17
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_READABLE = (
    sys.prefix,
    sys.base_prefix,
    *sys.path,
    str(Path(certifi.where()).parent),
    "/etc/ssl",
    "/etc/pki",
    "/etc/hosts",
    "/etc/mime.types",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/usr/share/ca-certificates",
    "/dev/null",
    "/dev/urandom",
)
_NEVER = re.compile(
    r"subprocess\.|os\.(?:exec|fork|forkpty|posix_spawn|spawn|system|startfile|remove|rename|mkdir|rmdir|link|symlink"
    r"|truncate|chmod|chown|chflags|utime|putenv|listdir|scandir|kill)$|pty\.|shutil\.|socket\.(?:bind|listen)$"
    r"|ctypes\.dlopen$|signal\.pthread_kill$|sqlite3\.|mmap\.|glob\."
)
_STATUS = re.compile(r"\berror=(\d{3})\b")


class Refused(PermissionError):
    """Apprise and requests treat it like any other failure to connect or to open."""


class Walls:
    def __init__(self, reach: AddressPolicy, vouched: set[tuple[str, int]]) -> None:
        self._reach, self._vouched = reach, vouched
        self._roots = tuple(os.path.realpath(root).rstrip("/") for root in _READABLE if root)
        self.stopped = False
        """Whether a connection was refused."""

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            self._open(*args)
        elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            self._connect(*args)
        elif _NEVER.match(event):
            raise Refused(event)

    def _open(self, path: Any, mode: Any, flags: Any) -> None:
        if isinstance(path, int):
            return
        if (isinstance(flags, int) and flags & _WRITING) or (
            isinstance(mode, str) and set(mode) & set("wax+")
        ):
            raise Refused("open")
        real = os.path.realpath(os.fsdecode(path))
        if not any(real == root or real.startswith(f"{root}/") for root in self._roots):
            raise Refused("open")

    def _connect(self, opened: socket.socket, address: Any) -> None:
        if address is None:
            return
        if opened.family not in (socket.AF_INET, socket.AF_INET6) or opened.type & 0xF != socket.SOCK_STREAM:
            self.stopped = True
            raise Refused("connect")
        host, port = address[0], address[1]
        if (host, port) in self._vouched:
            return
        try:
            check_address(host, port, policy=self._reach)
        except AddressRefused:
            self.stopped = True
            raise Refused("connect") from None


class Heard(logging.Handler):
    """The last thing Apprise has complained of."""

    words = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.words = record.getMessage()[:1000]


def main() -> None:
    task = json.loads(sys.stdin.buffer.read(_MOST_INPUT))
    module = importlib.import_module(f"apprise.plugins.{task['module']}")
    # What is imported late would be looked for behind the walls.
    for late in ("encodings.idna", "stringprep", "netrc", "http.cookiejar", "apprise.conversion", "markdown"):
        importlib.import_module(late)
    requests.Session().trust_env = False
    for limit, value in (
        (resource.RLIMIT_CPU, _MOST_CPU_SECONDS),
        (resource.RLIMIT_AS, _MOST_MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    heard = Heard(logging.WARNING)
    logger = logging.getLogger("apprise")
    logger.addHandler(heard)
    logger.propagate = False
    walls = Walls(AddressPolicy(task["reach"]), {(host, port) for host, port in task["vouched"]})
    sys.addaudithook(walls)
    try:
        result = run(task, module)
    except Exception as error:
        result = {"ok": False, "words": type(error).__name__}
    status = _STATUS.search(heard.words)
    result |= {"stopped": walls.stopped, "status": int(status[1]) if status else None}
    if not result["ok"] and not result.get("words"):
        result["words"] = heard.words
    os.write(1, json.dumps(result).encode() + b"\n")
    os._exit(0)


def run(task: dict[str, Any], module: Any) -> dict[str, Any]:
    service = made(task["url"], module)
    if service is None:
        return {"ok": False, "words": "Apprise does not understand this address."}
    if task["act"] == "check":
        return {
            "ok": True,
            "service": str(service.service_name),
            "masked": service.url(privacy=True),
            "room": service.body_maxlen,
            "titleRoom": service.title_maxlen,
            # Elsewhere it is part of a secret, which must not be looked up.
            "host": service.host if "host" in service.template_tokens else None,
            "port": service.port,
        }
    one = apprise.Apprise(asset=service.asset)
    one.add(service)
    sent = one.notify(
        body=task["body"],
        title=task["title"],
        notify_type=apprise.NotifyType(task["type"]),
        body_format=apprise.NotifyFormat.TEXT,
        interpret_escapes=False,
    )
    return {"ok": bool(sent)}


def made(url: str, module: Any) -> Any:
    asset = apprise.AppriseAsset(
        secure_logging=True,
        http_redirects=False,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
        async_mode=False,
        default_service_retry=0,
        pgp_autogen=False,
        pem_autogen=False,
        interpret_escapes=False,
        app_id="MediaNest",
        app_desc="MediaNest",
        app_url="",
        image_url_mask="",
        image_url_logo="",
    )
    schema = url.partition("://")[0].lower()
    kind = next(found for found in vars(module).values() if _speaks(found, schema))
    values = kind.parse_url(url.replace("/#", "/%23"))
    if not values:
        return None
    service = kind(**values | {"asset": asset, "schema": schema, "tag": set()})
    service.overflow_mode = apprise.OverflowMode.TRUNCATE
    # Whatever the address says.
    service.verify_certificate, service.redirects = True, False
    return service if service.enabled else None


def _speaks(found: Any, schema: str) -> bool:
    if not isinstance(found, type) or not issubclass(found, NotifyBase):
        return False
    for named in (getattr(found, "protocol", None), getattr(found, "secure_protocol", None)):
        if schema == named or (isinstance(named, tuple | list) and schema in named):
            return True
    return False


if __name__ == "__main__":
    main()
