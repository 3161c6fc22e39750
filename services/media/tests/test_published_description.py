"""What we say to Overseerr and Seerr is valid by their published OpenAPI descriptions, as Prism reads them.

Prism stands between our client and the pretend server. It comes from the npm registry when the test runs.
"""

import asyncio
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import pytest

from medianest.testing import eventually, free_port
from medianest_common.clock import SystemClock
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.issues import IssueKind, IssueStatus
from medianest_common.errors import MediaNestError
from medianest_common.http import AddressPolicy, OutgoingClient
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_overseerr.description import load_description
from medianest_media.adapters.catalogue import Narrowing, Shelf
from medianest_media.adapters.overseerr import Overseerr
from medianest_media.adapters.overseerr_archive import OverseerrArchive
from medianest_media.adapters.overseerr_catalogue import OverseerrCatalogue
from services.media.tests.conftest import FILM, SHOW

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        shutil.which("npm") is None, reason="Prism is run by npm, which is not installed here"
    ),
]

PRISM = "@stoplight/prism-cli@5.14.2"
SHELVES: tuple[Shelf, ...] = ("trending", "movies", "tv", "upcoming")
_START_SECONDS = 180.0


def description_at_root(flavour: Literal["overseerr", "seerr"], folder: Path) -> Path:
    """Prism looks at paths only, so that of the server is made part of each."""
    found = dict(load_description(flavour))
    found.pop("servers")
    found["paths"] = {f"/api/v1{path}": operations for path, operations in found["paths"].items()}
    file = folder / "description.json"
    file.write_text(json.dumps(found))
    return file


@asynccontextmanager
async def prism_before(url: str, description: Path, log: Path) -> AsyncIterator[str]:
    port = free_port()
    command = ["npm", "exec", "--yes", f"--package={PRISM}", "--"]
    command += ["prism", "proxy", "--port", str(port), str(description), url]
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=output, stderr=output, cwd=log.parent, start_new_session=True
        )
    try:

        async def listens() -> bool:
            assert process.returncode is None, log.read_text()
            return "Prism is listening" in log.read_text()

        await eventually(listens, within=_START_SECONDS)
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGTERM)
        await asyncio.wait_for(process.wait(), timeout=20)


def violations(log: Path) -> list[str]:
    """Of requests. What the published schema of an answer lacks or has too much of is not ours to mend."""
    lines = log.read_text().splitlines()
    return [line for line in lines if "Violation: request" in line or "oute not resolved" in line]


async def say_everything(backend: Overseerr, fake: FakeOverseerr) -> None:
    """Every call that the requests and issues of a household lead to."""
    frida = fake.add_user(plex_id=77, email="frida@example.org", username="Frida")
    fake.add_plex_friend(plex_id=78, email="gustav@example.org", username="Gustav")
    assert await backend.user_of(77) == frida.id
    assert await backend.user_of(78) is not None, "imported"
    await backend.check()
    await backend.rules()
    await backend.standing(MediaType.MOVIE, FILM)
    film = await backend.create(MediaType.MOVIE, FILM, is_4k=False, seasons=[], as_user=frida.id)
    show = await backend.create(MediaType.TV, SHOW, is_4k=False, seasons=[1], as_user=frida.id)
    await backend.edit(show.id, MediaType.TV, is_4k=False, seasons=[1, 2])
    await backend.approve(film.id)
    await backend.decline(show.id)
    fake.fail(film.id)
    await backend.retry(film.id)
    assert await backend.request(film.id) is not None
    assert await backend.request(4_711) is None
    assert await backend.modified_since(None)
    await backend.queue.downloads([film.id])
    await backend.queue.downloads(range(1, 20))
    desk, other = backend.issues, IssueKind.OTHER
    title = await desk.title(MediaType.TV, SHOW)
    assert title is not None
    issue = await desk.create(title, other, "It is dark.", season=1, episode=2, as_user=None)
    await desk.comment(issue.id, "Still.", as_user=None)
    await desk.settle(issue.id, IssueStatus.RESOLVED)
    await desk.settle(issue.id, IssueStatus.OPEN)
    assert await desk.changed_lately()
    told = await desk.issue(issue.id)
    await desk.reword(told.comments[0].id, "It was dark.", as_user=None)
    await desk.delete_comment(told.comments[1].id)
    await desk.delete(issue.id)
    await backend.delete(film.id)


async def look_at_everything(catalogue: OverseerrCatalogue) -> None:
    # Prism writes the query anew, without the escapes that Overseerr demands, so it is one that needs none.
    await catalogue.search("matrix", page=1)
    for shelf in SHELVES:
        await catalogue.discover(shelf, page=1, narrowing=Narrowing())
    for kind, tmdb_id in ((MediaType.MOVIE, FILM), (MediaType.TV, SHOW)):
        narrowing = Narrowing(media_type=kind, genre=18, provider=8)
        await catalogue.discover("upcoming", page=2, narrowing=narrowing)
        await catalogue.discover("movies" if kind is MediaType.MOVIE else "tv", page=1, narrowing=narrowing)
        await catalogue.details(kind, tmdb_id)
        await catalogue.related(kind, tmdb_id, relation="similar", page=1)
        await catalogue.genres(kind)
        await catalogue.providers(kind)
    await catalogue.season(SHOW, 1)


@pytest.mark.parametrize("flavour", ["overseerr", "seerr"])
async def test_every_call_is_valid_by_the_published_description(flavour: Any, tmp_path: Path) -> None:
    log, clock = tmp_path / "prism.log", SystemClock()
    async with FakeOverseerr.start(flavour=flavour) as fake:
        fake.add_movie(FILM, "The Matrix", 1999)
        fake.add_show(SHOW, "Breaking Bad", 2008, seasons={1: 7, 2: 13})
        async with (
            prism_before(fake.url, description_at_root(flavour, tmp_path), log) as url,
            Overseerr.open(url, api_key=fake.api_key, clock=clock) as backend,
            OverseerrCatalogue.open(
                url, api_key=fake.api_key, language="de", region="DE", clock=clock
            ) as catalogue,
            OutgoingClient(
                "Overseerr",
                url,
                policy=AddressPolicy.OPERATOR,
                headers={"X-Api-Key": fake.api_key},
                clock=clock,
            ) as client,
        ):
            await say_everything(backend, fake)
            await look_at_everything(catalogue)
            archive = OverseerrArchive(client)
            await archive.check()
            await archive.users(skip=0)
            await archive.requests(skip=0)
            assert violations(log) == []
            assert log.read_text().count("Request received") > 40
            # What is wrong is noticed.
            for path in ("/api/v1/request?filter=nonsense", "/api/v1/no/such/path"):
                before = len(violations(log))
                with pytest.raises(MediaNestError):
                    await client.get_json(path)
                assert len(violations(log)) > before, log.read_text()[-2_000:]
