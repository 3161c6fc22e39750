"""Runs the real yt-dlp, as a process of its own: options and addresses come in as JSON, outcomes go out as JSON."""

import json
import sys

import yt_dlp
from yt_dlp.extractor import generic, youtube

_EXTRACTORS = {
    "youtube": [getattr(youtube, name) for name in vars(youtube) if name.endswith("IE")],
    "generic": [generic.GenericIE],
}
"""Only those, since loading all would take longer than most tests."""


class Logger:
    """Keeps what is not the final word but tells why it was spoken."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def debug(self, message: str) -> None:
        pass

    def error(self, message: str) -> None:
        pass

    def warning(self, message: str) -> None:
        self.warnings.append(message)


def main() -> None:
    asked = json.load(sys.stdin)
    logger = Logger()
    options = asked["options"] | {"logger": logger, "compat_opts": set(asked["options"]["compat_opts"])}
    outcomes = []
    with yt_dlp.YoutubeDL(options, auto_init=False) as downloader:
        for extractor in _EXTRACTORS[asked["extractors"]]:
            downloader.add_info_extractor(extractor())
        for url in asked["urls"]:
            logger.warnings.clear()
            try:
                info = downloader.extract_info(url, download=asked["download"])
                outcomes.append({"info": downloader.sanitize_info(info)})
            except yt_dlp.utils.DownloadError as error:
                inner = error.exc_info[1] if error.exc_info else None
                outcomes.append(
                    {"error": str(error), "kind": type(inner).__name__, "warnings": [*logger.warnings]}
                )
    json.dump(outcomes, sys.stdout)


main()
