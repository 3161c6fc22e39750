"""The TypeScript client: its types are those of the document, it compiles, and the product keeps it in step."""

import asyncio
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.clients.toolchain import FOLDER, compiled_client
from tests.world import world
from tools import live_types

FIRST_FILM = 70_000
FILMS = 60


def test_its_types_are_those_of_the_code() -> None:
    assert live_types.FILE.read_text() == live_types.typescript(), "run: python tools/live_types.py"


def test_its_lock_names_no_host_and_it_needs_nothing_at_run_time() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages and all(package["dev"] and "resolved" not in package for package in packages.values())
    assert "dependencies" not in json.loads((FOLDER / "package.json").read_text())


def test_it_compiles_strictly() -> None:
    folder = compiled_client()
    declared = (folder / "dist" / "client.d.ts").read_text()
    assert "class LiveClient" in declared
    assert not re.search(r"[:<|] *any\b", declared)


def test_a_page_that_misreads_an_event_does_not_compile(tmp_path: Path) -> None:
    """The types are worth something: `data` follows from `type`."""
    folder = compiled_client()
    page = tmp_path / "page.ts"
    wrong = "if (event.type === 'request.available') { const n: number = event.data.title; void n; }"
    right = wrong.replace("number", "string")
    for body, compiles in ((right, True), (wrong, False)):
        page.write_text(
            f"import type {{ EventFrame }} from {json.dumps(str(folder / 'dist' / 'index.js'))};\n"
            f"export function shown(event: EventFrame): void {{ {body} }}\n"
        )
        compiler = folder / "node_modules" / "typescript" / "bin" / "tsc"
        options = [
            "--noEmit",
            "--strict",
            "--target",
            "es2022",
            "--moduleResolution",
            "bundler",
            "--module",
            "es2022",
        ]
        done = subprocess.run(
            ["node", str(compiler), *options, str(page)], capture_output=True, text=True, timeout=100
        )
        assert (done.returncode == 0) is compiles, done.stdout


@pytest.mark.timeout(900)
async def test_it_keeps_a_page_in_step_with_the_product(tmp_path: Path) -> None:
    folder = await asyncio.to_thread(compiled_client)
    async with world(tmp_path / "data") as house:
        for number in range(FIRST_FILM, FIRST_FILM + FILMS):
            house.overseerr.add_movie(number, f"Film {number}", 1999)
        people = {
            "OWNER_TOKEN": await house.owner(),
            "FRIEND_TOKEN": await house.friend("Frida"),
            "LEAVER_TOKEN": await house.friend("Lea"),
            "CROWD_TOKEN": await house.friend("Conny"),
        }
        process = await asyncio.create_subprocess_exec(
            *(
                "node",
                "--experimental-websocket",
                "--no-warnings",
                "--test",
                "--test-reporter=tap",
                "test/client.test.mjs",
            ),
            cwd=folder,
            env=os.environ
            | {"MEDIANEST_URL": house.product.url, "FIRST_FILM": str(FIRST_FILM)}
            | {name: person.token for name, person in people.items()},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 600)
        assert process.returncode == 0, said.decode()
        assert "# fail 0" in said.decode()
