"""A door with TLS in front of the product, which lives behind it under a path: nginx where it is installed."""

import asyncio
import re
import shutil
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from medianest_common.testing.certificates import issued_for

_NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
_START_SECONDS = 20.0
_LARGEST_HEAD = 65_536
_CONFIG = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 128; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certificate}; ssl_certificate_key {key};
    location {path}/ {{
      proxy_pass http://127.0.0.1:{upstream}{target};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header traceparent "";
      proxy_set_header tracestate "";
    }}
    location / {{ return 404; }}
  }}
}}
"""


class Certificate:
    """For `localhost`, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.serving, trusted = issued_for(folder, ["localhost"])
        self.trusting = ssl.create_default_context(cafile=str(trusted))
        key = x509.load_pem_x509_certificate((folder / "issued.pem").read_bytes()).public_key()
        spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.key_hash = b64encode(sha256(spki).digest()).decode()
        """What Chromium may be told to trust."""


@asynccontextmanager
async def reverse_proxy(
    certificate: Certificate, *, port: int, upstream: int, path: str, cut: bool = False
) -> AsyncIterator[None]:
    """`https://localhost:<port><path>/` is the product; `cut` leaves the path out of what is passed on, as some proxies
    do."""
    running = _nginx if _NGINX else _of_our_own
    async with running(certificate, port, upstream, path, cut):
        yield


@asynccontextmanager
async def _nginx(own: Certificate, port: int, upstream: int, path: str, cut: bool) -> AsyncIterator[None]:
    assert _NGINX
    folder = own.folder
    config = folder / "nginx.conf"
    config.write_text(
        _CONFIG.format(
            folder=folder,
            port=port,
            upstream=upstream,
            path=path,
            target="/" if cut else "",
            certificate=folder / "issued.pem",
            key=folder / "issued.key",
        )
    )
    process = await asyncio.create_subprocess_exec(
        *(_NGINX, "-c", str(config), "-p", str(folder), "-e", str(folder / "error.log")),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_START_SECONDS):
            while True:
                assert process.returncode is None, (folder / "error.log").read_text()
                with suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.02)
        yield
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def _of_our_own(
    own: Certificate, port: int, upstream: int, path: str, cut: bool
) -> AsyncIterator[None]:
    """One request for each connection, unless it becomes a socket."""
    carrying: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, ssl.SSLError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.split(b" ", 2)[1].startswith(f"{path}/".encode()):
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
                writer.close()
                return
            theirs, ours = await asyncio.open_connection("127.0.0.1", upstream)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            writer.close()
            return
        ours.write(_passed_on(head, path, cut=cut))
        carrying.update(map(asyncio.create_task, (carry(reader, ours), carry(theirs, writer))))

    server = await asyncio.start_server(serve, "127.0.0.1", port, ssl=own.serving, limit=_LARGEST_HEAD)
    try:
        yield
    finally:
        server.close()
        for task in carrying:
            task.cancel()
        await asyncio.gather(*carrying, return_exceptions=True)


def _passed_on(head: bytes, path: str, *, cut: bool) -> bytes:
    if cut:
        head = re.sub(rb"^(\S+) " + re.escape(path.encode()), rb"\1 ", head, count=1)
    if b"\r\nupgrade:" not in head.lower():
        head = re.sub(rb"\r\nconnection:[^\r]*", b"", head, flags=re.IGNORECASE)
        head = head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
    return head.replace(b"\r\n", b"\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n", 1)
