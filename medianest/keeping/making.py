"""A backup that is made by a process of its own, with the command that people use: reading and packing everything must
not hold up those who are served here."""

import asyncio
import sys
from contextlib import suppress
from datetime import datetime

from pydantic import ValidationError

from medianest.keeping.progress import Progress, Tell
from medianest_common.contracts.keeping import BackupOrigin

_LONGEST_SECONDS = 12 * 3600.0
_END_SECONDS = 10.0
_MOST_SAID = 1000
_LONGEST_LINE = 1 << 20


async def made(origin: BackupOrigin, *, since: datetime | None, tell: Tell) -> str | None:
    """What it said where it failed. None is made where somebody else has made one `since`."""
    options = ["--prune", "--report", "--by", origin.value]
    if since is not None:
        options += ["--since", since.isoformat()]
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "medianest", "backup", *options),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=_LONGEST_LINE,
        )
    except OSError as error:
        return f"The command could not be started: {error}"
    said = ""
    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            said = await _heard(process, tell)
            await process.wait()
    except TimeoutError:
        said = "It took too long."
    except ValueError:
        said = "It said more at once than can be read."
    finally:
        if process.returncode is None:
            await _end(process)
    return None if process.returncode == 0 else said or f"It ended with {process.returncode}."


async def _heard(process: asyncio.subprocess.Process, tell: Tell) -> str:
    assert process.stdout
    said = ""
    async for line in process.stdout:
        text = line.decode(errors="replace")
        try:
            progress = Progress.model_validate_json(text)
        except ValidationError:
            said = (said + text)[-_MOST_SAID:]
            continue
        tell(progress)
    return said.strip()


async def _end(process: asyncio.subprocess.Process) -> None:
    """It takes its draft away, if it is given the time."""
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_END_SECONDS):
            await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
