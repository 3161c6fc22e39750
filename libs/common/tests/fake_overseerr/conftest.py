from collections.abc import AsyncIterator

import httpx
import pytest

from medianest_common.testing.fake_overseerr import FakeOverseerr


@pytest.fixture
async def seerr() -> AsyncIterator[FakeOverseerr]:
    async with FakeOverseerr.start(flavour="seerr") as fake:
        yield fake


@pytest.fixture
async def client(seerr: FakeOverseerr) -> AsyncIterator[httpx.AsyncClient]:
    """Acts as the owner unless a call names somebody else."""
    async with httpx.AsyncClient(
        base_url=f"{seerr.url}/api/v1", headers={"X-Api-Key": seerr.api_key}, timeout=5, trust_env=False
    ) as opened:
        yield opened
