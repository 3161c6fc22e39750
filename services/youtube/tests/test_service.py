from medianest.testing import Sandbox
from medianest_common.contracts.platform import CheckStatus, Readiness, ping_subject
from medianest_youtube.service import SERVICE


async def test_it_is_there_and_says_that_it_is_well(sandbox: Sandbox) -> None:
    await sandbox.start(SERVICE)

    readiness = Readiness.model_validate_json(await sandbox.bus.ask(ping_subject("youtube"), timeout=5))

    assert readiness.service == "youtube"
    assert readiness.status is CheckStatus.OK
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
