"""Services by way of Apprise: its own process, behind walls, against a Mattermost that keeps what it is sent."""

import asyncio
import sys
from asyncio import create_subprocess_exec, subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from medianest_common.errors import BadUpstream, FieldError, Invalid, MediaNestError, TimedOut, Unavailable
from medianest_common.testing.http_server import serve
from medianest_notifications.adapters.channels import apprise
from medianest_notifications.adapters.channels.apprise import AppriseConfig, AppriseSender
from medianest_notifications.adapters.channels.apprise_services import SERVICES
from medianest_notifications.adapters.channels.clients import AllowedHosts
from medianest_notifications.adapters.channels.port import ChannelGone, read_config
from services.notifications.tests.channel_messages import HOSTILE, INBOX, MARKS, SIGNS, message

TOKEN = "3ccdd113474722377935511fc85d3dd4"


class Mattermost:
    """Its incoming webhooks. `status` is answered instead, or a redirect to `elsewhere`."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self.calls = 0
        self.status: int | None = None
        self.elsewhere: str | None = None
        self.url = ""

    @classmethod
    @asynccontextmanager
    async def start(cls) -> AsyncIterator["Mattermost"]:
        made = cls()
        async with serve(
            Starlette(routes=[Route("/hooks/{token}", made._hook, methods=["POST", "GET"])])
        ) as made.url:
            yield made

    async def _hook(self, request: Request) -> Response:
        self.calls += 1
        if self.elsewhere:
            return RedirectResponse(f"{self.elsewhere}/hooks/{TOKEN}", 302)
        if self.status:
            return JSONResponse({"message": "no"}, self.status)
        self.received.append((await request.json())["text"])
        return Response("ok")

    @property
    def authority(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def config(self) -> AppriseConfig:
        return AppriseConfig(
            url=SecretStr(f"mmost://{self.authority}/{TOKEN}"), room=4000, service="Mattermost"
        )


def sender(*vouched: str) -> AppriseSender:
    return AppriseSender(AllowedHosts.parse(",".join(vouched)), marks=MARKS, inbox=INBOX)


async def test_a_service_is_known_before_it_is_kept_and_shown_masked() -> None:
    config = read_config(
        AppriseConfig, {"url": f"pover://{'u' * 30}@{TOKEN[:30]}/?priority=high"}, by_admin=False
    )
    kept = await sender().check(config)
    assert (kept.service, kept.room, kept.title_room) == ("Pushover", 1024, 250)
    assert sender().shown(kept) == "Pushover, pover://u...u@3...d//"
    assert (
        TOKEN[:30] not in f"{kept!r} {kept.model_dump_json()}" and AppriseConfig.restore(kept.dump()) == kept
    )
    with pytest.raises(Invalid):
        await sender().check(AppriseConfig(url=SecretStr("pover://only-half")))


@pytest.mark.parametrize(
    "url, told, host, shown",
    [
        ("slack://TokenA/TokenB/TokenC/#general", "slack://T...A/T...B/T...C/%23general/", "", None),
        (
            "kodi://frederick:hunter22@kodi.lan",
            "kodi://frederick:****@kodi.lan/",
            "kodi.lan",
            "kodi://kodi.lan/…",
        ),
        ("twilio://ACtoken:secret@+15551234567", "twilio://A...n:s...t@%2B15551234567", "", "twilio://…"),
        ("ifttt://key-key@EventName", "ifttt://k...y@EventName/?a=key-key", "", "ifttt://…"),
        ("bark://bark.lan/devicekey", "bark://bark.lan/****", "bark.lan", None),
    ],
)
def test_what_a_mask_forgets_is_hidden_all_the_same(
    url: str, told: str, host: str, shown: str | None
) -> None:
    config = AppriseConfig(url=SecretStr(url))
    assert apprise._masked(told, config, host=host) == (shown or told.replace("%23", "#"))


async def test_a_message_arrives_whole_signs_in_its_room_and_calls_nobody() -> None:
    async with Mattermost.start() as fake:
        long = message(title=SIGNS, body=f"{SIGNS} {HOSTILE} " * 200)
        await sender(fake.authority).send(long, fake.config)
    (text,) = fake.received
    assert text.startswith(SIGNS) and INBOX in text and len(text) <= 4000
    assert "{{ 7*7 }}" in text and "@everyone" not in text and "<!channel" not in text and "<@123" not in text


async def test_a_private_address_is_refused_when_it_is_dialled() -> None:
    """Also by a name, which is judged by where it leads."""
    async with Mattermost.start() as fake:
        port = fake.authority.rpartition(":")[2]
        named = AppriseConfig(url=SecretStr(f"mmost://localhost:{port}/{TOKEN}"), room=4000)
        with pytest.raises(Unavailable, match="not allowed"):
            await sender().send(message(), named)
        with pytest.raises(Invalid) as refused:
            await sender().check(named)
        assert await sender(f"localhost:{port}").check(named)
    assert refused.value.errors == [FieldError("url", "This address is not allowed.")]
    assert fake.calls == 0


async def test_a_redirect_leads_nowhere() -> None:
    async with Mattermost.start() as fake, Mattermost.start() as other:
        fake.elsewhere = other.url
        with pytest.raises(MediaNestError):
            await sender(fake.authority, other.authority).send(message(), fake.config)
    assert (fake.calls, other.calls) == (1, 0)


@pytest.mark.parametrize("status, kind", [(403, ChannelGone), (500, Unavailable)])
async def test_a_no_without_a_reason_may_pass(status: int, kind: type[MediaNestError]) -> None:
    async with Mattermost.start() as fake:
        fake.status = status
        with pytest.raises(kind) as ended:
            await sender(fake.authority).send(message(), fake.config)
    assert ended.value.transient is (kind is Unavailable)
    assert TOKEN not in str(ended.value.problem()) and f"error={status}" in ended.value.detail


async def test_a_service_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "sleeps.py").write_text("import time\ntime.sleep(600)\n")
    monkeypatch.setattr(apprise, "_CHILD", tmp_path / "sleeps.py")
    monkeypatch.setattr(apprise, "_WITHIN", 0.3)
    async with Mattermost.start() as fake:
        with pytest.raises(TimedOut):
            await sender().send(message(), fake.config)
    for child in psutil.Process().children(recursive=True):
        # Others come and go meanwhile, such as those of the servers.
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            assert "sleeps.py" not in " ".join(child.cmdline())


async def test_who_finds_no_place_has_sent_nothing_and_comes_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "sleeps.py").write_text("import time\ntime.sleep(600)\n")
    monkeypatch.setattr(apprise, "_CHILD", tmp_path / "sleeps.py")
    monkeypatch.setattr(apprise, "_WITHIN", 3.0)
    monkeypatch.setattr(apprise, "_PLACE_WITHIN", 0.5)
    async with Mattermost.start() as fake:
        made = sender()
        many = [made.send(message(), fake.config) for _ in range(apprise._AT_ONCE + 1)]
        ends = await asyncio.gather(*many, return_exceptions=True)
        assert [type(each) for each in ends] == [TimedOut] * apprise._AT_ONCE + [Unavailable]
        assert isinstance(ends[-1], Unavailable) and ends[-1].retry_after
        monkeypatch.setattr(apprise, "_WITHIN", 0.2)
        with pytest.raises(TimedOut):
            await made.send(message(), fake.config)


@pytest.mark.parametrize("option", ["verify=no", "redirect=yes"])
async def test_certificates_are_checked_and_redirects_ignored_whatever_the_address_says(option: str) -> None:
    code = (
        "import runpy, sys, importlib\n"
        "child = runpy.run_path(sys.argv[1])\n"
        "made = child['made'](sys.argv[2], importlib.import_module('apprise.plugins.mattermost'))\n"
        "print(made.verify_certificate, made.redirects)\n"
    )
    url = f"mmost://127.0.0.1/{TOKEN}?{option}"
    process = await create_subprocess_exec(
        sys.executable, "-I", "-c", code, str(apprise._CHILD), url, stdout=subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out.decode().split() == ["True", "False"]


async def test_a_process_that_dies_is_no_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "dies.py").write_text("import os\nos.write(1, b'ok')\nos.kill(os.getpid(), 9)\n")
    monkeypatch.setattr(apprise, "_CHILD", tmp_path / "dies.py")
    async with Mattermost.start() as fake:
        with pytest.raises(BadUpstream):
            await sender().send(message(), fake.config)


_ESCAPES = """
import runpy, sys, os, socket, subprocess, ctypes, shutil, urllib.request
child = runpy.run_path(sys.argv[1])
sys.addaudithook(child["Walls"](child["AddressPolicy"]("admin"), set()))
def refused(what, do):
    try:
        do()
    except OSError as error:
        assert "Refused" in repr(error), (what, error)
        return
    raise SystemExit(f"{what} was not refused")
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
unix = socket.socket(socket.AF_UNIX)
tcp = socket.socket()
refused("read", lambda: open("/etc/passwd"))
refused("environment", lambda: open("/proc/self/environ"))
refused("link", lambda: open(f"{sys.prefix}/../../../../../../etc/passwd"))
refused("write", lambda: open("/tmp/escape", "w"))
refused("write at home", lambda: os.open(f"{sys.prefix}/escape", os.O_CREAT | os.O_WRONLY))
refused("remove", lambda: os.remove("/tmp/escape"))
refused("folder", lambda: os.mkdir("/tmp/escape"))
refused("program", lambda: subprocess.run(["true"]))
refused("shell", lambda: os.system("true"))
refused("fork", os.fork)
refused("exec", lambda: os.execv("/bin/true", ["true"]))
refused("library", lambda: ctypes.CDLL("libc.so.6"))
refused("udp", lambda: udp.sendto(b"x", ("127.0.0.1", 53)))
refused("unix", lambda: unix.connect("/var/run/docker.sock"))
refused("loopback", lambda: tcp.connect(("127.0.0.1", 6379)))
refused("name", lambda: tcp.connect(("localhost", 80)))
refused("metadata", lambda: tcp.connect(("169.254.169.254", 80)))
refused("bind", lambda: tcp.bind(("127.0.0.1", 0)))
refused("file url", lambda: urllib.request.urlopen("file:///etc/passwd"))
print("all refused")
"""


async def test_the_walls_hold() -> None:
    child = str(apprise._CHILD)
    process = await create_subprocess_exec(
        sys.executable, "-I", "-c", _ESCAPES, child, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    out, _ = await process.communicate()
    assert out.decode().strip() == "all refused"


@pytest.mark.parametrize(
    "schema",
    ["file", "exec", "syslog", "rsyslog", "dbus", "kde", "glib", "qt", "windows", "gnome", "macosx", "json"],
)
def test_services_that_reach_into_this_machine_are_refused(schema: str) -> None:
    _refused(schema)


@pytest.mark.parametrize(
    "schema",
    ["jsons", "xml", "xmls", "form", "mqtt", "irc", "xmpp", "smpp", "apprise", "https", "nope", "JSON"],
)
def test_services_that_reach_wherever_one_likes_are_refused(schema: str) -> None:
    _refused(schema)


def _refused(schema: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_config(AppriseConfig, {"url": f"{schema}://user:secret-word@host/path"}, by_admin=True)
    assert refused.value.errors and "secret-word" not in str(refused.value.problem())


@pytest.mark.parametrize(
    "schema", ["discord", "tgram", "ntfy", "ntfys", "gotify", "mailto", "mailtos", "vapid"]
)
def test_what_has_a_kind_of_its_own_is_named(schema: str) -> None:
    with pytest.raises(Invalid, match="not valid") as refused:
        read_config(AppriseConfig, {"url": f"{schema}://x/y"}, by_admin=True)
    assert "add a channel of the kind" in str(refused.value.errors)


@pytest.mark.parametrize(
    "url",
    [
        "slack://a/b/c/?template=/etc/passwd",
        "slack://a/b/c/?x=1&TEMPLATE=file:///etc/passwd",
        "slack://a/b/c/?t%65mplate=x",
        "mmost://h/t?verify=no",
        "mmost://h/t?redirect=yes",
        "mmost://h/t?retry=10&wait=60",
        "slack://a/b/c/#x?verify=no&redirect=yes",
        "slack://a/b/c/#x?y=1&redirect=yes",
        "slack://a/b/c/?x=1#&verify=no",
        "slack://a/b/c/?x=1;verify=no",
        "slack://a/b/c/?x=1?verify=no",
        "slack://a/b/c/?%20verify%20=no",
        "slack://a/b/c/?verify+=no",
        "slack://a b",
        "slack://a\n",
        "slack://" + "x" * 1000,
        "",
    ],
)
def test_options_that_could_harm_are_refused(url: str) -> None:
    if url == "slack://a\n":
        assert read_config(AppriseConfig, {"url": url}, by_admin=True).url.get_secret_value() == "slack://a"
        return
    with pytest.raises(Invalid):
        read_config(AppriseConfig, {"url": url}, by_admin=True)


@pytest.mark.parametrize("name", ["service", "masked", "room", "title_room", "titleRoom", "reach"])
def test_what_apprise_says_about_a_service_is_not_read_from_people(name: str) -> None:
    with pytest.raises(Invalid):
        read_config(AppriseConfig, {"url": "slack://a/b/c", name: "1"}, by_admin=True)


@pytest.mark.long
async def test_every_service_there_is_a_module_for_speaks_its_schema() -> None:
    code = (
        "import runpy, sys, importlib, json\n"
        "child = runpy.run_path(sys.argv[1])\n"
        "for schema, module in json.loads(sys.argv[2]).items():\n"
        "    found = importlib.import_module(f'apprise.plugins.{module}')\n"
        "    assert any(child['_speaks'](each, schema) and each.enabled for each in vars(found).values()), schema\n"
        "print('all speak')\n"
    )
    import json

    process = await create_subprocess_exec(
        sys.executable, "-I", "-c", code, str(apprise._CHILD), json.dumps(SERVICES), stdout=subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out.decode().strip() == "all speak"
