"""One replica of a service that does nothing, as a process of its own: `python replica.py NAME`.

Says `up` once it is.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from medianest_common.bus import Handlers
from medianest_common.lifecycle import run
from medianest_common.logging import configure
from medianest_common.service import Runtime, Service
from medianest_common.settings import Settings, load


@asynccontextmanager
async def open_app(_: Runtime[Settings]) -> AsyncIterator[None]:
    yield


async def main(name: str) -> None:
    configure(load(Settings))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    service = Service(name=name, handlers=Handlers(name), open_app=open_app)
    await run([service], stop=stop, ready=lambda _: print("up", flush=True))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
