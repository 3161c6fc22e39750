"""Runs the servers on the folder given, says when they are up, and waits to be killed."""

import asyncio
import sys
from pathlib import Path

from medianest.embedded import EmbeddedServers


async def main(folder: Path) -> None:
    async with EmbeddedServers(folder):
        print("up", flush=True)
        await asyncio.Event().wait()


asyncio.run(main(Path(sys.argv[1])))
