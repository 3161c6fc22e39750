"""Addresses we never connect to, whatever they are dressed as. Number 79 of the attack list."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from medianest_common.http import (
    AddressPolicy,
    AddressRefused,
    CertificateRefused,
    OutgoingClient,
    Retry,
    check_url,
    parse_url,
)

ADMIN, USER, OPERATOR = AddressPolicy.ADMIN, AddressPolicy.USER, AddressPolicy.OPERATOR
MONITOR = AddressPolicy.MONITOR
ONCE = Retry(attempts=1)


class Names:
    """The answers of the name service, one list for each question in turn; the last one is repeated."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Sequence[str]]] = {}
        self.asked: list[str] = []

    def look_up(self, host: str, port: int) -> list[Any]:
        self.asked.append(host)
        left = self.answers[host]
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [
            (socket.AF_INET6 if ":" in text else socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port))
            for text in addresses
        ]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Stands where the operating system's resolver stands: the one thing about names a test cannot have for real."""
    known, real = Names(), socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        return known.look_up(host, port) if host in known.answers else real(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


class Listener:
    def __init__(self) -> None:
        self.connections = 0
        self.hosts: list[str] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        head = await reader.readuntil(b"\r\n\r\n")
        self.hosts += [line[6:] for line in head.decode().split("\r\n") if line.lower().startswith("host: ")]
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def listening(*, tls: ssl.SSLContext | None = None) -> AsyncIterator[Listener]:
    listener = Listener()
    async with await asyncio.start_server(listener.serve, "127.0.0.1", 0, ssl=tls) as server:
        listener.port = server.sockets[0].getsockname()[1]
        yield listener


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.9.9.9", "[::1]", "[::]", "0.0.0.0", "0.1.2.3", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "2130706433", "0x7f.1", "0x7f000001", "017700000001",
        "127.1", "localhost", "localhost.", "LOCALHOST",
    ],
)  # fmt: skip
@pytest.mark.parametrize("policy", [ADMIN, USER])
async def test_this_machine_is_never_called_attack_79(host: str, policy: AddressPolicy) -> None:
    async with listening() as listener:
        url = f"http://{host}:{listener.port}/"
        with pytest.raises(AddressRefused) as caught:
            await check_url(url, policy=policy)
        assert caught.value.status == 422
        with pytest.raises(AddressRefused):
            async with OutgoingClient("plex", url, policy=policy, retry=ONCE) as client:
                await client.get_json("/")
        assert listener.connections == 0


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254", "169.254.0.1", "[fe80::1]", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "100.100.100.200",
        "168.63.129.16", "224.0.0.1", "[ff02::1]", "255.255.255.255", "240.0.0.1", "[64:ff9b::a9fe:a9fe]",
    ],
)  # fmt: skip
@pytest.mark.parametrize("policy", [ADMIN, USER])
def test_metadata_and_special_addresses_are_refused_attack_79(host: str, policy: AddressPolicy) -> None:
    with pytest.raises(AddressRefused):
        parse_url(f"http://{host}/", policy=policy)


@pytest.mark.parametrize(
    "host", ["10.0.0.5", "192.168.1.10", "172.16.0.1", "[fd12::1]", "100.64.0.7", "[::ffff:10.0.0.5]"]
)
def test_the_home_network_is_for_admins_only_attack_79(host: str) -> None:
    assert parse_url(f"http://{host}:32400/", policy=ADMIN)
    with pytest.raises(AddressRefused):
        parse_url(f"http://{host}:32400/", policy=USER)


@pytest.mark.parametrize("host", ["1.1.1.1", "[2606:4700::1111]", "hooks.example.org"])
def test_the_public_internet_is_for_everyone(host: str) -> None:
    assert parse_url(f"https://{host}/x", policy=USER)


def test_the_operator_may_name_any_address() -> None:
    assert parse_url("http://127.0.0.1:32400", policy=OPERATOR).port == 32400


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "192.168.1.1", "100.64.0.1", "[fd12::1]", "9.9.9.9"]
)
@pytest.mark.parametrize("port", [22, 53, 5432, 32400])
def test_what_is_watched_may_be_anywhere(host: str, port: int) -> None:
    assert parse_url(f"http://{host}:{port}/", policy=MONITOR)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.170.2",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[fd00:ec2::254]",
        "168.63.129.16",
        "100.100.100.200",
        "0xA9FEA9FE",
        "2852039166",
    ],
)
async def test_what_is_watched_is_never_the_metadata_of_a_cloud(host: str) -> None:
    with pytest.raises(AddressRefused):
        await check_url(f"http://{host}/", policy=MONITOR)


async def test_a_watched_name_that_leads_to_the_metadata_is_refused(names: Names) -> None:
    names.answers["nas.example"] = [["192.168.1.9", "169.254.169.254"]]

    with pytest.raises(AddressRefused):
        await check_url("http://nas.example/", policy=MONITOR)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "gopher://x/", "ftp://x/", "//x/", "x", "", "http://", "http:///x", "javascript:alert(1)",
        "http://user@host/", "http://user:pass@host/", "http://good.example@evil.example/", "http://a b/", "http://a\r\nb/",
        "http://a\\b/", "http://[::1", "http://host:99999/", "http://\x00/", " http://host/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("policy", [ADMIN, USER, OPERATOR])
def test_only_plain_web_addresses_are_addresses_attack_79(url: str, policy: AddressPolicy) -> None:
    with pytest.raises(AddressRefused):
        parse_url(url, policy=policy)


@pytest.mark.parametrize("port", [4222, 5432, 6379, 8222, 22, 25])
def test_ports_of_our_own_servers_are_refused_attack_79(port: int) -> None:
    with pytest.raises(AddressRefused):
        parse_url(f"http://10.0.0.5:{port}/", policy=ADMIN)


async def test_a_name_that_turns_to_this_machine_later_gains_nothing_attack_79(names: Names) -> None:
    async with listening() as listener:
        names.answers["rebind.example"] = [["93.184.215.14"], ["127.0.0.1"]]
        url = f"http://rebind.example:{listener.port}/"
        assert await check_url(url, policy=USER)
        async with OutgoingClient("hook", url, policy=USER, retry=ONCE) as client:
            with pytest.raises(AddressRefused):
                await client.get_json("/")
            assert client.breaker.failures == 0
        assert listener.connections == 0


async def test_one_forbidden_address_among_several_refuses_the_name_attack_79(names: Names) -> None:
    names.answers["mixed.example"] = [["93.184.215.14", "127.0.0.1"]]
    with pytest.raises(AddressRefused):
        await check_url("http://mixed.example/", policy=USER)


async def test_the_address_that_was_checked_is_the_one_that_is_called(names: Names) -> None:
    async with listening() as listener:
        names.answers["plex.example"] = [["127.0.0.1"], ["203.0.113.1"]]
        url = f"http://plex.example:{listener.port}"
        async with OutgoingClient("plex", url, policy=OPERATOR, retry=ONCE) as client:
            assert await client.get_json("/") == {}
        assert names.asked == ["plex.example"]
        assert listener.hosts == [f"plex.example:{listener.port}"]


async def test_the_next_address_is_tried_when_one_does_not_answer(names: Names) -> None:
    async with listening() as listener:
        names.answers["plex.example"] = [["::1", "127.0.0.1"]]
        async with OutgoingClient("plex", f"http://plex.example:{listener.port}", policy=OPERATOR) as client:
            assert await client.get_json("/") == {}


async def test_a_redirect_to_this_machine_is_not_followed_attack_79() -> None:
    async with listening() as secret:

        async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            location = f"http://127.0.0.1:{secret.port}/"
            writer.write(f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())
            writer.close()

        async with await asyncio.start_server(redirect, "127.0.0.1", 0) as server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            async with OutgoingClient("plex", url, policy=OPERATOR, retry=ONCE) as client:
                with pytest.raises(Exception, match="redirects"):
                    await client.get_json("/")
        assert secret.connections == 0


def certificate(folder: Path, *, host: str, days: int) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(private)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return server


@pytest.mark.parametrize(
    "host, days, good", [("plex.test", 30, True), ("other.test", 30, False), ("plex.test", -1, False)]
)
async def test_tls_checks_the_name_not_the_address(
    names: Names, tmp_path: Path, host: str, days: int, good: bool
) -> None:
    async with listening(tls=certificate(tmp_path, host=host, days=days)) as listener:
        names.answers["plex.test"] = [["127.0.0.1"]]
        trust = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        url = f"https://plex.test:{listener.port}"
        async with OutgoingClient("plex", url, policy=OPERATOR, tls=trust, retry=ONCE) as client:
            if good:
                assert await client.get_json("/") == {}
                return
            with pytest.raises(CertificateRefused, match="certificate of plex") as refused:
                await client.get_json("/")
            assert refused.value.names_another == (host != "plex.test")
