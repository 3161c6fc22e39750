"""Carries out one order with yt-dlp, in a process of its own that ends with it.

Knows nothing of the service: an order comes in as JSON, lines of JSON go out, and who reads them trusts none.
"""

import contextlib
import io
import json
import os
import resource
import signal
from typing import Any

from medianest_youtube.worker.reporting import Log, Reporter


def preload(ffmpeg: str | None = None) -> str:
    """Load what every order needs, before there is one; tells yt-dlp's version."""
    os.environ["YTDLP_NO_PLUGINS"] = "1"
    import yt_dlp.downloader.http
    import yt_dlp.extractor.youtube
    import yt_dlp.networking
    import yt_dlp.version
    from yt_dlp.postprocessor.ffmpeg import FFmpegPostProcessor

    from medianest_youtube.worker import bounds, listing, video  # noqa: F401

    with bounds.open_ytdl({"quiet": True, "ffmpeg_location": ffmpeg}, Log(), categories_api=None) as ytdl:
        # Their versions are asked once here instead of in every process.
        programs = FFmpegPostProcessor(ytdl)
        for program in ("ffmpeg", "ffprobe"):
            programs._get_ffmpeg_version(program)
    return str(yt_dlp.version.__version__)


def run(fd: int) -> int:
    report, log = Reporter(fd), Log()
    try:
        _carry_out(_order(), report, log)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 141
    except BaseException as error:
        with contextlib.suppress(OSError):
            report("failed", **_reasons(error, log))
        return 1
    return 0


def _order() -> dict[str, Any]:
    with io.FileIO(0, closefd=False) as pipe:
        order = json.loads(pipe.readall() or b"{}")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return dict(order)


def _carry_out(order: dict[str, Any], report: Reporter, log: Log) -> None:
    from medianest_youtube.worker import bounds, listing, video

    bounds.bind_programs()
    bounds.limit(resource.RLIMIT_FSIZE, order.get("max_file_bytes"))
    # Not the address space: the JavaScript engine of deno reserves a terabyte of that and uses none of it.
    bounds.limit(resource.RLIMIT_DATA, order.get("max_memory_bytes"))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    options = dict(order["options"])
    if order.get("cookies"):
        options["cookiefile"] = io.StringIO(order["cookies"])
    steps = options.get("postprocessors", [])
    api = next((step["api"] for step in steps if step["key"] == "SponsorBlock"), None)
    with bounds.open_ytdl(options, log, categories_api=api) as ytdl:
        match order["task"]:
            case "list":
                listing.read(ytdl, order, report)
            case "video":
                video.look(ytdl, order["url"], report, log)
            case "download":
                video.download(ytdl, order["url"], report, log)


def _reasons(error: BaseException, log: Log) -> dict[str, Any]:
    """yt-dlp wraps what happened in its own error; the type of the inner one says more than the text."""
    wrapped = getattr(error, "exc_info", None)
    inner = wrapped[1] if isinstance(wrapped, tuple) and len(wrapped) > 1 and wrapped[1] else error
    text = f"{error}" or type(error).__name__
    return {
        "text": text[-3_000:],
        "context": "\n".join([*log.warnings, *log.said[-2:]])[-7_000:],
        "inner": type(inner).__name__,
        "has_js_runtime": not any("No supported JavaScript runtime" in said for said in log.warnings),
        "no_formats": getattr(error, "no_formats", False),
        "live_status": getattr(error, "live_status", None),
        "release_timestamp": getattr(error, "release_timestamp", None),
    }
