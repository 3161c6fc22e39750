"""A newer yt-dlp, or a certain one, is put into use, if it works here."""

from datetime import timedelta

from medianest_common.bus import require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.contracts.youtube.tools import (
    InstallYtDlp,
    LastUpdate,
    ToolsReport,
    UpdateState,
    UpdateYtDlp,
)
from medianest_youtube.app import YoutubeApp
from medianest_youtube.auditing import decided
from medianest_youtube.failures import Retry, consequence
from medianest_youtube.moves import move
from medianest_youtube.releases import UpdateFailed, UpdateRunning
from medianest_youtube.repository.assets import Assets
from medianest_youtube.use_cases.show_tools import report

_GIVEN_UP_AFTER = timedelta(minutes=15)


async def update_ytdlp(app: YoutubeApp, command: UpdateYtDlp) -> ToolsReport:
    """Raises `UpdateRunning`."""
    require(Permission.MANAGE_SERVICES)
    last = app.releases.last_update()
    if (
        last
        and last.state in (UpdateState.WAITING, UpdateState.RUNNING)
        and app.clock.now() - last.at < _GIVEN_UP_AFTER
    ):
        raise UpdateRunning("Wait until that is done.")
    _note(app, UpdateState.WAITING, command.version)
    async with app.db.transaction() as tx:
        tx.enqueue(InstallYtDlp(version=command.version))
        decided(tx, "ytdlp_update", f"ytdlp:{command.version or 'newest'}")
    return report(app)


async def install_ytdlp(app: YoutubeApp, job: InstallYtDlp) -> None:
    """Tried once: whoever has asked for it reads what came of it, and may ask again."""
    _note(app, UpdateState.RUNNING, job.version)
    try:
        installed = await app.releases.update(job.version)
    except UpdateRunning:
        _note(app, UpdateState.FAILED, job.version, "Another update was under way.")
    except UpdateFailed as failed:
        _note(app, UpdateState.FAILED, job.version, str(failed))
    else:
        _note(app, UpdateState.DONE, installed)
        await queue_what_waits_for_it(app)


async def queue_what_waits_for_it(app: YoutubeApp) -> None:
    """A newer yt-dlp may find what the one before it could not."""
    codes = [code for code in FailureCode if consequence(code).retry is Retry.AFTER_UPDATE]
    while True:
        async with app.db.transaction() as tx:
            some = await Assets(tx.session).waiting_after(codes)
            for asset in some:
                await move(app, tx, asset, DownloadStatus.QUEUED)
        if not some:
            return


def _note(app: YoutubeApp, state: UpdateState, version: str | None, message: str | None = None) -> None:
    app.releases.note(LastUpdate(state=state, version=version, at=app.clock.now(), message=message))
