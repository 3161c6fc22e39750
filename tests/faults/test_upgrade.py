"""An installation is upgraded while people use it, and gone back from: nobody is refused."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from medianest import registry
from medianest.embedded.servers import urls_of_running
from medianest.testing import SECRET_KEY, Sandbox, free_port
from medianest_common.db.migrate import bring_to, head_of, versions_dir, with_tables
from medianest_common.db.roles import role_url
from medianest_common.lifecycle import role_secret
from medianest_common.security.encryption import KeyRing
from medianest_common.service import Service
from medianest_common.testing.fake_overseerr import FakeOverseerr
from tests.faults.replicas import FILMS, FIRST, SETUP_TOKEN, busy, more, release, set_up
from tests.world import world


@pytest.mark.timeout(300)
async def test_tables_grow_while_people_work_and_the_version_before_starts_on_them_again(
    sandbox: Sandbox, patient: None, tmp_path: Path
) -> None:
    services = registry.services(["auth", "media", "notifications", "gateway"])
    port = free_port()
    address = f"http://localhost:{port}"
    door = f"{address}/api/v1"
    settings = {"setup_token": SETUP_TOKEN, "base_url": address, "port": port, "rate_limit_scale": 100}
    async with FakeOverseerr.start() as overseerr:
        release(overseerr)
        behind = {"overseerr_url": overseerr.url, "overseerr_api_key": overseerr.api_key}
        await sandbox.start(*services, **settings, **behind)
        async with httpx.AsyncClient(timeout=60) as owner:
            await set_up(owner, door)
            async with busy(owner, [door], tries=1) as answers:
                await more(answers, 10)
                await _next_version(
                    services[:2],
                    tmp_path,
                    database_url=sandbox.settings["database_url"],
                    keys=KeyRing.parse(SECRET_KEY),
                )
                await more(answers, 10)
            _nobody_was_refused(answers)

            for name in ("gateway", "notifications", "media", "auth"):
                await sandbox.stop(name)
            await sandbox.start(*services)
            counts = (await owner.get(f"{door}/media/requests/counts")).raise_for_status().json()
            assert counts["total"] >= answers[201]
            last = {"mediaType": "movie", "tmdbId": FIRST + FILMS - 1}
            assert (await owner.post(f"{door}/media/request", json=last)).status_code == 201


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_every_table_of_the_whole_product_grows_while_people_work(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as house:
        release(house.overseerr)
        owner = await house.owner()
        owner.http.headers["X-CSRF-Token"] = owner.csrf
        door = f"{house.product.url}/api/v1"
        async with busy(owner.http, [door], tries=1) as answers:
            await more(answers, 50)
            urls = urls_of_running(house.product.data_dir)
            assert urls
            await _next_version(
                with_tables(registry.services()),
                tmp_path,
                database_url=urls.database_url,
                keys=KeyRing.parse((house.product.data_dir / "secrets" / "keyring").read_text()),
            )
            await more(answers, 50)
        _nobody_was_refused(answers)

        await house.product.stop()
        await house.product.start()
        assert "tables_are_newer" in house.product.log.read_text()
        counts = (await owner.http.get(f"{door}/media/requests/counts")).raise_for_status().json()
        assert counts["total"] >= answers[201]


async def _next_version(
    services: Sequence[Service], folder: Path, *, database_url: str, keys: KeyRing
) -> None:
    """As a release that has a column more in every table, and an index, brings it: a step for each table."""
    for service in services:
        assert service.metadata is not None
        versions = folder / service.name / "versions"
        versions.mkdir(parents=True)
        for path in versions_dir(service).glob("[0-9]*.py"):
            (versions / path.name).write_text(path.read_text())
        head = int(head_of(service))
        for number, table in enumerate(service.metadata.tables, start=head + 1):
            index = (
                "    create_index_beside(op, 'ix_next', 'outbox', ['subject'])\n" if table == "outbox" else ""
            )
            column = "sa.Column('next', sa.BigInteger, nullable=False, server_default='0')"
            (versions / f"{number:04}_next.py").write_text(
                "import sqlalchemy as sa\n"
                "from alembic import op\n"
                "from medianest_common.db.steps import create_index_beside\n"
                f"revision, down_revision = '{number:04}', '{number - 1:04}'\n"
                f"def upgrade() -> None:\n{index}    op.add_column('{table}', {column})\n"
            )
        await bring_to(
            "head",
            url=role_url(database_url, service.name, secret=role_secret(keys)),
            versions=versions,
            metadata=service.metadata,
        )


def _nobody_was_refused(answers: Counter[int]) -> None:
    assert set(answers) == {200, 201}, answers
