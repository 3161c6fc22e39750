from medianest.testing import Sandbox, eventually
from medianest_common.contracts.platform import CheckStatus, Readiness, ping_subject
from medianest_youtube.service import SERVICE


async def test_it_is_there_and_says_that_it_is_well(sandbox: Sandbox) -> None:
    await sandbox.start(SERVICE, youtube_ytdlp_max_age_days=36_500)

    async def well() -> Readiness:
        """A check that has no time on a busy machine says so, and is asked for again."""
        said = Readiness.model_validate_json(await sandbox.bus.ask(ping_subject("youtube"), timeout=30))
        assert said.status is CheckStatus.OK, said.checks
        return said

    readiness = await eventually(well)
    assert readiness.service == "youtube"
    assert {check.name for check in readiness.checks} == {
        "outbox",
        "postgresql",
        "valkey",
        "nats",
        "ffmpeg",
        "javascript",
        "ytdlp",
        "queue",
        "downloads",
        "folder",
    }
