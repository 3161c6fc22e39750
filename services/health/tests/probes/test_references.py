"""Who is asked when something does not answer, and what it means when they are silent as well."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from medianest.testing import eventually
from medianest_common.contracts.health import MonitorState
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.adapters import references
from medianest_health.adapters.network import OwnNetwork
from medianest_health.adapters.reference import Reference, read_references
from medianest_health.adapters.references import (
    Network,
    References,
    answers,
    default_gateway,
    network_of,
)
from services.health.tests.probes.probing import look, ports

_ROUTER = Reference("192.168.1.1", given=False)
_NAS, _PUBLIC = Reference("192.168.1.9"), Reference("plex.example", 443)
_ADDRESSES = {"radarr.lan": "192.168.1.20", "api.example": "203.0.114.7", "localhost": "127.0.0.1"}


@dataclass
class Home:
    """`alive` answers; `asked` is who was, and `answered` who has."""

    clock: ShiftedClock = field(default_factory=ShiftedClock)
    alive: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    lan: tuple[Reference, ...] = (_NAS,)
    wan: tuple[Reference, ...] = (_PUBLIC,)
    gateway: Reference | None = None

    def open(self) -> OwnNetwork:
        self.references = References(
            lan=self.lan, wan=lambda: self.wan, clock=self.clock, ask=self.ask, gateway=lambda: self.gateway
        )
        return OwnNetwork(
            self.references, clock=self.clock, resolve=self.resolve, route_error=lambda family, address: 0
        )

    async def ask(self, reference: Reference) -> bool:
        self.asked.append(reference.host)
        await asyncio.sleep(0)
        if reference.host not in self.alive:
            return False
        self.answered.append(reference.host)
        return True

    async def resolve(self, host: str) -> list[tuple[int, str]]:
        return [(2, _ADDRESSES.get(host, host))]

    def later(self, seconds: float = 20) -> None:
        self.clock.advance(seconds)


async def test_each_network_is_asked_its_own_references() -> None:
    """TwiN/gatus#1722: with the Internet away nothing at home was looked at any more."""
    home = Home(alive={"192.168.1.9"})
    own = home.open()

    assert await own("http://radarr.lan:7878") is None
    assert home.asked == ["192.168.1.9"]
    assert await own("https://api.example/x") == (
        "The Internet cannot be reached from here: plex.example does not answer either."
    )
    home.alive = {"plex.example"}
    home.later()
    assert await own("https://api.example/x") is None
    assert await own("radarr.lan") == "Our own network seems to be away: 192.168.1.9 does not answer either."


async def test_a_household_without_the_internet_looks_at_what_it_has() -> None:
    home = Home(alive={"192.168.1.9"}, wan=())
    own = home.open()

    assert await own("http://radarr.lan:7878") is None
    assert await own("https://api.example/") is None
    assert home.asked == ["192.168.1.9"]


async def test_one_that_answers_is_enough() -> None:
    home = Home(alive={"192.168.1.1"}, lan=(_NAS, Reference("192.168.1.1")))

    assert await home.open()("radarr.lan") is None


async def test_this_machine_is_in_no_network() -> None:
    home = Home()

    assert await home.open()("http://localhost:32400") is None
    assert home.asked == []


async def test_a_gateway_that_never_answers_says_nothing_and_one_that_has_does() -> None:
    home = Home(lan=(), gateway=_ROUTER)
    own = home.open()
    await home.references.learn()
    assert await own("radarr.lan") is None

    home.alive = {"192.168.1.1"}
    home.later()
    await home.references.learn()
    asked = len(home.asked)
    home.alive = set()
    home.later()
    await home.references.learn()
    assert len(home.asked) == asked, "while all is well it is not asked again"
    assert "192.168.1.1" in (await own("radarr.lan") or "")


async def test_a_reference_is_not_asked_about_itself() -> None:
    home = Home(lan=(Reference("192.168.1.20"),))
    own = home.open()

    assert await own("radarr.lan") is None
    assert await own("192.168.1.20") is None
    assert home.asked == []


async def test_many_that_fail_at_once_ask_once() -> None:
    home = Home()
    own = home.open()

    troubles = await asyncio.gather(*(own(f"192.168.1.{number}") for number in range(20, 60)))

    assert all(troubles)
    assert home.asked == ["192.168.1.9"]
    home.later(6)
    await own("radarr.lan")
    assert len(home.asked) == 2


async def test_whoever_gives_up_waiting_does_not_spoil_it_for_others() -> None:
    home = Home()
    own = home.open()
    begun, finish = asyncio.Event(), asyncio.Event()

    async def slow(reference: Reference) -> bool:
        begun.set()
        await finish.wait()
        return True

    home.ask = slow  # type: ignore[method-assign]
    own = home.open()
    impatient, patient = asyncio.create_task(own("radarr.lan")), asyncio.create_task(own("192.168.1.30"))
    await begun.wait()
    impatient.cancel()
    finish.set()

    assert await patient is None


async def test_about_what_is_down_for_long_nobody_is_asked_every_time() -> None:
    """Tautulli/Tautulli-Issues#251: nothing outside is asked more often than every ten minutes."""
    home = Home(alive={"plex.example"})
    own = home.open()
    for _ in range(90):
        assert await own("https://api.example/") is None
        home.later()

    # Three times at first, until it is sure; then in half an hour every ten minutes, three times each.
    assert len(home.asked) <= 9
    home.alive = set()
    home.later(600)
    assert await own("https://api.example/")


@pytest.mark.parametrize("every", [20, 60, 120])
async def test_our_own_network_goes_away_soon_after_a_host_has_recovered(every: int) -> None:
    home = Home(alive={"192.168.1.9"})
    own = home.open()
    for _ in range(4):
        assert await own("radarr.lan") is None
        home.later(every)

    home.later(max(60, 2 * every))
    home.alive = set()
    assert "192.168.1.9" in (await own("radarr.lan") or "")


async def test_what_is_used_outside_may_become_known_later() -> None:
    home = Home(wan=())
    own = home.open()
    assert await own("https://api.example/") is None

    home.wan = (_PUBLIC,)
    assert "plex.example" in (await own("https://api.example/") or "")


async def test_a_gateway_is_asked_until_it_has_answered_however_late_the_network_comes_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(references, "_LEARNT_SECONDS", 0.01)
    home = Home(lan=())
    own = home.open()

    async def asked() -> bool:
        home.later()
        return bool(home.asked)

    async def answered() -> bool:
        home.later()
        return bool(home.answered)

    async def counts() -> bool:
        home.later()
        return _ROUTER.host in (await own("radarr.lan") or "")

    async with home.references.learning():
        home.gateway = _ROUTER
        await eventually(asked)
        home.alive = {_ROUTER.host}
        await eventually(answered)
        home.alive = set()
        await eventually(counts)


@pytest.mark.parametrize(
    "addresses, network",
    [
        (["192.168.1.5"], Network.LAN),
        (["100.64.0.9"], Network.LAN),
        (["fd12::1"], Network.LAN),
        (["fe80::1%eth0"], Network.LAN),
        (["9.9.9.9"], Network.WAN),
        (["9.9.9.9", "10.0.0.1"], Network.LAN),
        (["127.0.0.1"], None),
        ([], None),
    ],
)
def test_which_network_a_host_is_in(addresses: list[str], network: Network | None) -> None:
    assert network_of(addresses) is network


def test_what_the_settings_may_say() -> None:
    assert read_references(" 192.168.1.1, example.org:443,[2001:db8::1]:53 , 2001:db8::2,") == [
        Reference("192.168.1.1"),
        Reference("example.org", 443),
        Reference("2001:db8::1", 53),
        Reference("2001:db8::2"),
    ]
    for wrong in ("http://example.org", "host/path", "user@host", "host:port", "host:99999"):
        with pytest.raises(ValueError, match=r".+"):
            read_references(wrong)


def test_the_gateway_is_read_from_the_routes(tmp_path: Path) -> None:
    routes = tmp_path / "route"
    routes.write_text(
        "Iface\tDestination\tGateway \tFlags\n"
        "eth0\t0001A8C0\t00000000\t0001\n"
        "eth0\t00000000\t0101A8C0\t0003\n"
    )

    assert default_gateway(routes) == Reference("192.168.1.1", given=False)
    assert default_gateway(tmp_path / "missing") is None


async def test_a_port_that_refuses_is_somebody_and_one_of_nobody_is_not() -> None:
    assert await answers(Reference("127.0.0.1", 1))
    assert await answers(Reference("127.0.0.1"))
    assert not await answers(Reference("nowhere.invalid", 80))
    assert not await answers(Reference("169.254.169.254", 80))


async def test_a_failure_becomes_unknown_and_not_down() -> None:
    home = Home()
    found = await look(kind="tcp", host="127.0.0.1", port=1, among=ports(own_trouble=home.open()))
    assert found.outcome is MonitorState.DOWN

    async def elsewhere(_: str) -> list[tuple[int, str]]:
        return [(2, "192.168.1.20")]

    home.resolve = elsewhere  # type: ignore[method-assign, assignment]
    found = await look(kind="tcp", host="127.0.0.1", port=1, among=ports(own_trouble=home.open()))
    assert found.outcome is MonitorState.UNKNOWN
    assert "192.168.1.9" in (found.message or "")
