"""A reverse proxy that ends what is silent for too long, as they all do: nginx where it is installed."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from medianest.testing import free_port

_NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
_START_SECONDS = 10.0
_CONFIG = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{upstream};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_set_header Host $host;
      proxy_read_timeout {seconds}s;
      proxy_send_timeout {seconds}s;
    }}
  }}
}}
"""


@asynccontextmanager
async def idle_proxy(upstream: int, folder: Path, *, seconds: int) -> AsyncIterator[int]:
    """Yields its port."""
    port = free_port()
    running = _nginx if _NGINX else _of_our_own
    async with running(upstream, folder, port, seconds):
        yield port


@asynccontextmanager
async def _nginx(upstream: int, folder: Path, port: int, seconds: int) -> AsyncIterator[None]:
    assert _NGINX
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(folder=folder, port=port, upstream=upstream, seconds=seconds))
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
async def _of_our_own(upstream: int, folder: Path, port: int, seconds: int) -> AsyncIterator[None]:
    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, bounded: bool) -> None:
        with suppress(OSError, TimeoutError):
            while data := await asyncio.wait_for(reader.read(65_536), seconds if bounded else None):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", upstream)
        await asyncio.gather(
            carry(reader, ours, bounded=False), carry(theirs, writer, bounded=True), return_exceptions=True
        )

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
