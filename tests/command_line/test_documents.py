"""The documents that are generated from the code and kept in `docs/`; `make docs` writes them anew."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.command_line.installation import Installation

DOCS = Path(__file__).parents[2] / "docs"


async def test_the_schemas_in_docs_are_those_of_the_messages(
    installation: Installation, tmp_path: Path
) -> None:
    code, said = await installation.command("schemas", str(tmp_path))
    assert code == 0, said
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert {"rpc.media.request_media.json", "evt.media.request.approved.json"} <= set(written)
    assert {path.name: path.read_text() for path in (DOCS / "schemas").iterdir()} == written, "run: make docs"
    for text in written.values():
        Draft202012Validator.check_schema(json.loads(text))


@pytest.mark.parametrize("command", ["openapi", "asyncapi"])
async def test_the_description_in_docs_is_that_of_the_code(installation: Installation, command: str) -> None:
    settings = {"MEDIANEST_BASE_URL": "https://example.org/nest", "MEDIANEST_PLEX_URL": "http://plex:32400"}
    code, said = await installation.command(command, **settings)
    assert code == 0, said
    assert json.loads(said)["info"]["title"] == "MediaNest"
    assert said == (DOCS / f"{command}.json").read_text(), "run: make docs"


async def test_a_document_is_whole_although_its_writer_was_stopped_in_the_middle() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-m", "medianest", "asyncapi"), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    begun = await asyncio.wait_for(process.stdout.readexactly(1), 180)
    await asyncio.sleep(0.5)  # Until nothing more fits into the pipe.
    for each in signal.SIGSTOP, signal.SIGCONT:
        os.kill(process.pid, each)
        await asyncio.sleep(0.2)

    rest, _ = await asyncio.wait_for(process.communicate(), 180)

    assert (begun + rest).decode() == (DOCS / "asyncapi.json").read_text()
