"""Finding the server through plex.tv, and the way to it."""

import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.identity import Role
from medianest_common.contracts.platform import CheckStatus
from medianest_common.contracts.plex import GetServer, GetServerIdentity
from medianest_common.contracts.plex.connection import (
    ConnectionWay,
    ListPlexServers,
    PlexServers,
    TriedConnection,
)
from medianest_common.errors import MediaNestError
from medianest_common.http import guard
from medianest_common.testing.certificates import self_signed
from medianest_common.testing.fake_plex import FakePlex, connection
from medianest_common.testing.http_server import HttpServer, serve
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_plex.service import SERVICE
from services.plex.tests.household import Household

CLOSED = "http://127.0.0.1:9"


@pytest.fixture
async def found(sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock) -> Callable[..., Any]:
    """Starts the service with the account's token and no address."""

    async def start(**settings: Any) -> Household:
        home = Household(sandbox, plex, clock)
        await sandbox.start(
            SERVICE, **{"plex_tv_url": plex.tv_url, "plex_token": plex.owner.token} | settings
        )
        return home

    return start


@pytest.fixture
async def other() -> AsyncIterator[FakePlex]:
    """The server of somebody else, or the second one of the owner."""
    async with FakePlex.start(server_name="Holiday Home") as other:
        yield other


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """What the name service says: an address, or None for nothing."""
    known: dict[str, str | None] = {}
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in known:
            return real(host, port, *args, **kwargs)
        if known[host] is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(known[host], port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Trusts the certificates in a file, as an operator does for all of Python."""

    def trusting(file: Path) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        guard.public_authorities.cache_clear()

    yield trusting
    guard.public_authorities.cache_clear()


async def _servers(home: Household, **options: Any) -> PlexServers:
    return await home.ask(ListPlexServers(), role=Role.ADMIN, **options)


async def _in_use(home: Household) -> TriedConnection | None:
    answer = await _servers(home)
    return next((each for s in answer.items for each in s.connections if each.in_use), None)


async def _is_online(home: Household, name: str) -> bool:
    home.clock.advance(11)
    try:
        server = await home.ask(GetServer())
    except MediaNestError:
        return False
    return server.online and server.name == name


async def _reached(home: Household, name: str = "Living Room") -> None:
    await eventually(lambda: _is_online(home, name))


async def test_the_token_of_the_account_is_enough(found: Callable[..., Any], plex: FakePlex) -> None:
    home = await found()

    await _reached(home)

    assert await home.libraries() == ["Movies", "TV Shows", "Grown-ups"]
    assert (await home.ask(GetServerIdentity())).machine_identifier == plex.machine_id
    used = await _in_use(home)
    assert used
    assert (used.way, used.url, used.problem) == (ConnectionWay.LOCAL_HTTP, plex.server_url, None)


async def test_each_token_goes_only_where_it_belongs(found: Callable[..., Any], plex: FakePlex) -> None:
    home = await found()
    await _reached(home)
    await home.newest()

    tokens = {(request.server, request.token) for request in plex.requests if request.token}
    assert tokens == {("tv", plex.owner.token), ("server", plex.owner.server_token)}
    assert not [request for request in plex.requests if request.token_in_url]
    assert {r.token for r in plex.requests if r.path == "/identity"} == {None}


async def test_another_server_at_an_address_of_ours_is_refused_and_told_no_token(
    found: Callable[..., Any], plex: FakePlex, other: FakePlex
) -> None:
    plex.connections.insert(0, connection(other.server_url))
    home = await found()

    await _reached(home)

    refused = next(c for c in (await _servers(home)).items[0].connections if c.url == other.server_url)
    assert (refused.works, refused.in_use) == (False, False)
    assert refused.problem == "Another Plex server answers at this address."
    assert not [request.token for request in other.requests if request.token]


async def test_ways_are_preferred_in_order_and_tls_is_checked(
    found: Callable[..., Any],
    plex: FakePlex,
    tmp_path: Path,
    trust: Callable[[Path], None],
    names: dict[str, str | None],
) -> None:
    host = "127-0-0-1.0123abcd.plex.direct"
    names[host] = "127.0.0.1"
    tls, trusted = self_signed(tmp_path, host)
    trust(trusted)
    async with serve(plex.server, tls=tls) as url, serve(plex.server, tls=tls) as relay:
        port, relay_port = url.rpartition(":")[2], relay.rpartition(":")[2]
        plex.connections[:0] = [
            connection(f"https://{host}:{relay_port}", local=False, relay=True),
            connection(f"https://{host}:{port}", address="127.0.0.1"),
        ]
        home = await found()
        await _reached(home)

        used = await _in_use(home)
        assert used
        assert (used.way, used.url) == (ConnectionWay.LOCAL_HTTPS, f"https://{host}:{port}")
        ways = [each.way for each in (await _servers(home)).items[0].connections]
        assert ways == sorted(ways, key=list(ConnectionWay).index)
        assert ways[-1] is ConnectionWay.RELAY


async def test_a_new_certificate_for_another_name_makes_the_addresses_be_read_anew(
    found: Callable[..., Any],
    plex: FakePlex,
    tmp_path: Path,
    trust: Callable[[Path], None],
    names: dict[str, str | None],
) -> None:
    """The name holds a hash that is another one with every certificate."""
    old, new = "127-0-0-1.aaaa.plex.direct", "127-0-0-1.bbbb.plex.direct"
    names |= {old: "127.0.0.1", new: "127.0.0.1"}
    (old_tls, old_file), (new_tls, new_file) = self_signed(tmp_path, old), self_signed(tmp_path, new)
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(old_file.read_bytes() + new_file.read_bytes())
    trust(trusted)
    plex.plex_tv.https_required = True
    server = HttpServer(plex.server, tls=old_tls)
    await server.start()
    try:
        plex.connections[:] = [connection(f"https://{old}:{server.port}", address="127.0.0.1")]
        home = await found()
        await _reached(home)
        server.refuse()
        server.accept(tls=new_tls)
        plex.connections[:] = [connection(f"https://{new}:{server.port}", address="127.0.0.1")]
        home.clock.advance(31)

        await _reached(home)

        used = await _in_use(home)
        assert used
        assert used.url == f"https://{new}:{server.port}"
    finally:
        await server.stop()


async def test_a_server_that_wants_tls_is_never_asked_without(
    found: Callable[..., Any], plex: FakePlex
) -> None:
    plex.plex_tv.https_required = True
    home = await found()

    await eventually(lambda: _says(home, "None of the"))

    assert not [request for request in plex.requests if request.server == "server"]


async def test_a_distant_address_without_tls_is_no_way(found: Callable[..., Any], plex: FakePlex) -> None:
    plex.connections[:] = [connection(plex.server_url, local=False)]
    home = await found()

    await eventually(lambda: _says(home, "None of the"))

    assert not [request for request in plex.requests if request.server == "server"]


async def _says(home: Household, text: str, *, after: float = 31) -> bool:
    home.clock.advance(after)
    await home.ask(GetServer())
    answer = await _servers(home)
    return text in f"{answer.problem} {answer.account_problem}"


async def test_what_was_found_is_remembered_while_plex_tv_is_away(
    found: Callable[..., Any], plex: FakePlex
) -> None:
    home = await found()
    await _reached(home)
    await home.sandbox.stop("plex")
    plex.tv.fail_with("refuse")
    plex.requests.clear()
    await home.sandbox.start(SERVICE)

    await _reached(home)

    assert await home.libraries() == ["Movies", "TV Shows", "Grown-ups"]
    asked = {r.token for r in plex.requests if r.server == "server" and r.token}
    assert asked == {plex.owner.server_token}


async def test_after_three_failures_another_way_is_looked_for(
    found: Callable[..., Any], plex: FakePlex
) -> None:
    """Report 57 of people who use request managers (petio#524): what was found at the start was held for good."""
    async with serve(plex.server) as second:
        home = await found()
        await _reached(home)
        plex.connections.append(connection(second))
        plex.connections[0] = connection(CLOSED)
        plex.server._http.refuse()

        await _reached(home)

        used = await _in_use(home)
        assert used
        assert used.url == second


async def test_an_address_in_the_settings_wins(found: Callable[..., Any], plex: FakePlex) -> None:
    plex.connections[:] = [connection(CLOSED)]
    home = await found(plex_url=plex.server_url)

    await _reached(home)

    assert await home.libraries() == ["Movies", "TV Shows", "Grown-ups"]
    assert not [request for request in plex.requests if request.server == "tv"]
    answer = await _servers(home)
    assert answer.manual
    assert (answer.manual.works, answer.manual.in_use) == (True, True)
    [listed] = answer.items[0].connections
    assert (listed.works, listed.problem) == (False, "Nothing answers at this address.")


@pytest.mark.parametrize("named_by", ["", "name", "machine_id", "nobody"])
async def test_one_of_several_servers_is_named_or_is_the_first(
    found: Callable[..., Any], plex: FakePlex, other: FakePlex, named_by: str
) -> None:
    plex.own_as_well(other)
    named = {"": "", "name": "holiday home", "machine_id": other.machine_id, "nobody": "Attic"}[named_by]
    home = await found(plex_server=named)

    if named_by == "nobody":
        await eventually(lambda: _says(home, "MEDIANEST_PLEX_SERVER"))
        return
    await _reached(home, "Holiday Home" if named else "Living Room")
    answer = await _servers(home)
    assert [(s.name, s.in_use) for s in answer.items] == [
        ("Living Room", not named),
        ("Holiday Home", bool(named)),
    ]


async def test_the_server_stays_the_same_though_plex_tv_lists_another_first(
    found: Callable[..., Any], plex: FakePlex, other: FakePlex
) -> None:
    home = await found()
    await _reached(home)
    plex.own_as_well(other)
    listed_first = plex.plex_tv.other_resources.pop()
    plex.plex_tv.other_resources[:] = []
    plex.plex_tv.first_resources[:] = [listed_first]
    await home.sandbox.stop("plex")
    await home.sandbox.start(SERVICE)

    await _reached(home)

    assert (await home.ask(GetServerIdentity())).machine_identifier == plex.machine_id


async def test_a_new_token_for_the_server_is_fetched_when_the_old_one_is_refused(
    found: Callable[..., Any], plex: FakePlex
) -> None:
    home = await found()
    await _reached(home)
    plex.owner.server_token = "a-new-token-for-the-server"

    async def accepted() -> bool:
        home.clock.advance(31)
        return (await home.check()).status is CheckStatus.OK and bool(await home.libraries())

    await eventually(accepted)
    assert any(request.token == "a-new-token-for-the-server" for request in plex.requests)


async def test_a_new_account_token_keeps_everything(found: Callable[..., Any], plex: FakePlex) -> None:
    """The owner has changed the password: all old tokens are dead, the household's data is not."""
    home = await found()
    await _reached(home)
    first = await home.ask(GetServerIdentity())
    plex.reset_password(plex.owner)
    await home.sandbox.stop("plex")
    await home.sandbox.start(SERVICE, plex_token=plex.owner.token)

    await _reached(home)

    assert await home.ask(GetServerIdentity()) == first
    await home.says(CheckStatus.OK)


async def test_a_token_that_plex_tv_refuses_is_said_in_words(
    found: Callable[..., Any], plex: FakePlex
) -> None:
    home = await found(plex_token="not-a-token")

    await eventually(lambda: _says(home, "plex.tv does not accept MEDIANEST_PLEX_TOKEN"))

    check = await home.says(CheckStatus.DEGRADED)
    assert "not-a-token" not in f"{check.message} {await _servers(home)}"


async def test_when_plex_tv_wants_us_to_slow_down_it_is_left_alone(
    found: Callable[..., Any], plex: FakePlex
) -> None:
    plex.tv.fail_with(429, retry_after=200)
    home = await found()
    await eventually(lambda: _says(home, "plex.tv does not answer", after=0))
    plex.tv.heal()
    plex.requests.clear()
    home.clock.advance(100)
    await home.ask(GetServer())
    assert not [r for r in plex.requests if r.server == "tv" and r.path == "/api/v2/resources"]

    home.clock.advance(400)
    await _reached(home)


async def test_what_is_wrong_with_an_address_is_said_in_words(
    found: Callable[..., Any], plex: FakePlex, tmp_path: Path, names: dict[str, str | None]
) -> None:
    hidden, untrusted = "192-168-1-9.0123.plex.direct", "127-0-0-1.4567.plex.direct"
    names |= {hidden: None, untrusted: "127.0.0.1"}
    tls, _ = self_signed(tmp_path, untrusted)
    async with serve(plex.tv) as no_server, serve(plex.server, tls=tls) as secure:
        port = secure.rpartition(":")[2]
        plex.connections.extend(
            [
                connection(f"https://{hidden}:32400", address="127.0.0.2"),
                connection(f"https://{untrusted}:{port}", address="127.0.0.2"),
                connection(no_server),
                connection("not an address at all"),
            ]
        )
        home = await found()
        await _reached(home)
        listed = (await _servers(home)).items[0].connections

    said = {each.url: each.problem or "" for each in listed}
    assert "DNS rebinding" in said[f"https://{hidden}:32400"]
    assert "MEDIANEST_PLEX_URL" in said[f"https://{hidden}:32400"]
    assert "nobody vouches" in said[f"https://{untrusted}:{port}"]
    assert said[no_server] == "Something answers there, but not as a Plex server does."
    assert said[plex.server_url] == ""


async def test_for_tls_by_bare_address_the_name_of_the_certificate_is_proposed(
    found: Callable[..., Any],
    plex: FakePlex,
    tmp_path: Path,
    trust: Callable[[Path], None],
) -> None:
    host = "127-0-0-1.0123abcd.plex.direct"
    tls, trusted = self_signed(tmp_path, host)
    trust(trusted)
    async with serve(plex.server, tls=tls) as url:
        proposed = f"https://{host}:{url.rpartition(':')[2]}"
        plex.connections.insert(0, connection(proposed, address="127.0.0.1"))
        home = await found(plex_url=url)

        answer = await _servers(home)

        assert answer.manual
        assert answer.manual.problem == "The certificate is for another name than the one in this address."
        assert any(proposed in advice for advice in answer.advice)
        assert not (await home.ask(GetServer())).online
        assert not [
            request.token for request in plex.requests if request.token and request.server == "server"
        ]


async def test_only_administrators_see_how_the_server_is_reached(
    found: Callable[..., Any],
) -> None:
    home = await found()

    with pytest.raises(MediaNestError) as refused:
        await home.ask(ListPlexServers())
    assert refused.value.status == 403


async def test_no_token_is_in_the_table_or_in_the_answer(found: Callable[..., Any], plex: FakePlex) -> None:
    home = await found()
    await _reached(home)

    answer = (await _servers(home)).model_dump_json()

    assert plex.server_url in answer
    assert not any(token in answer for token in plex.tokens)
