"""The typed client in a real tab: it hears of what others do, and nothing that happens to the server costs an event."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from medianest.testing import eventually
from tests.clients.browser import Tab, browser
from tests.clients.toolchain import compiled_client
from tests.world import OWNER_EMAIL, OWNER_PASSWORD, Person, world

_MODULES = ("types", "carriers", "inbox", "client")
_PAGE = """
const heard = globalThis.heard = {events: [], rereads: [], history: [], states: {}};
const send = (path, body) => fetch('/api/v1' + path, {
  method: 'POST', headers: {'content-type': 'application/json', 'x-csrf-token': heard.csrf}, body: JSON.stringify(body),
});
const tryToSignIn = async (email, password) => {
  heard.csrf = (await (await fetch('/api/v1/csrf')).json()).token;
  return send('/auth/login', {email, password});
};
globalThis.signIn = async (email, password) => {
  let answer = await tryToSignIn(email, password);
  // The page that stands here asks for its first token at the same time, and only the later one holds.
  if (answer.status === 403) answer = await tryToSignIn(email, password);
  heard.csrf = (await answer.json()).csrfToken;
  return answer.status;
};
globalThis.client = new LiveClient({
  ticket: async () => (await send('/notifications/ticket', {})).json(),
  events: '/api/v1/events',
  reread: async (why) => {
    heard.rereads.push(why.reason);
    heard.inbox = (await (await fetch('/api/v1/notifications')).json()).items;
  },
  onEvent: (event) => heard.events.push(event),
  onPosition: (position) => { heard.start ??= position.seq; },
  onStates: (_, all) => { heard.states = Object.fromEntries(all); },
  waits: {first: 60000, longest: 60000},
  random: () => 1,
});
client.subscribe((status) => heard.history.push([status.phase, status.updates]));
"""


def _as_one_script() -> str:
    """A script that is run by the debugger is bound by the page's own rules for whom it may talk to, as a page's is."""
    folder = compiled_client() / "dist"
    sources = "\n".join((folder / f"{name}.js").read_text() for name in _MODULES)
    plain = re.sub(r"^export (?=const|class|function|async)", "", sources, flags=re.MULTILINE)
    plain = re.sub(r"^(import|export) .*$", "", plain, flags=re.MULTILINE)
    return f"(() => {{ {plain}\n{_PAGE} }})()"


async def _phase(tab: Tab) -> str:
    return str(await tab.run("client.status.phase"))


async def _is(tab: Tab, phase: str) -> bool:
    return await _phase(tab) == phase


async def _woken(tab: Tab) -> bool:
    """The network is back, says the browser; a server that has no time yet is one more reason to wait."""
    await tab.run("client.status.phase === 'waiting' && dispatchEvent(new Event('online'))")
    return await _is(tab, "live")


async def _events(tab: Tab, count: int) -> list[dict[str, Any]] | None:
    requests = "heard.events.filter((event) => event.type === 'request.created')"
    events: list[dict[str, Any]] = json.loads(await tab.run(f"JSON.stringify({requests})"))
    return events if len(events) >= count else None


async def _ask(person: Person, film: int) -> str:
    answer = await person.request("movie", film)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.mark.timeout(900)
async def test_a_tab_hears_of_what_others_do_and_outlives_a_kill_of_the_portal(tmp_path: Path) -> None:
    script = await asyncio.to_thread(_as_one_script)
    async with world(tmp_path / "data") as house, browser() as tab:
        for film in range(600, 610):
            house.overseerr.add_movie(film, f"Film {film}", 1999)
        await house.owner()
        frida = await house.friend("Frida")

        await tab.open(f"{house.product.url}/sign-in")
        await tab.run(script)
        assert await tab.run(f"signIn({json.dumps(OWNER_EMAIL)}, {json.dumps(OWNER_PASSWORD)})") == 200
        await tab.run("client.start()")
        await eventually(lambda: _is(tab, "live"), within=60)
        await eventually(lambda: _same(tab, "heard.start !== undefined"))
        start = await tab.run("heard.start")

        asked = [await _ask(frida, 600)]
        await eventually(lambda: _events(tab, 1), within=60)
        await eventually(
            lambda: _same(tab, "Object.values(heard.states).some(s => s.type === 'monitor.changed')")
        )

        await house.product.kill()
        await eventually(lambda: _is(tab, "waiting"), within=60)
        assert await tab.run("client.status.retryAt - Date.now() > 30000"), "it would wait long by itself"
        await house.product.start()
        asked += [await _ask(frida, film) for film in (601, 602)]
        await eventually(lambda: _woken(tab), within=60)
        asked.append(await _ask(frida, 603))

        events = await eventually(lambda: _events(tab, 4), within=60)
        # Several are handled at once, so that any of them may be told first.
        assert sorted(event["data"]["requestId"] for event in events) == sorted(asked)
        everything = json.loads(await tab.run("JSON.stringify(heard.events.map((event) => event.seq))"))
        assert everything == list(range(start + 1, start + 1 + len(everything))), "none lost, none twice"
        assert await tab.run("heard.rereads.join()") == "first"

        await tab.run("client.stop()")
        assert await _phase(tab) == "stopped"


async def _same(tab: Tab, script: str) -> bool:
    return await tab.run(script) is True
