"""Whether a yt-dlp that was just installed can be worked with: `python -I -m medianest_youtube.worker.check FOLDER`.

Says its version, as the only line, if it loads with all that we need of it, knows YouTube's addresses and makes of a
video's formats the choice that it should. Asks nothing of the network.
"""

import sys
from pathlib import Path

_FORMATS: list[dict[str, object]] = [
    {
        "format_id": "picture",
        "url": "https://rr1.googlevideo.com/1",
        "ext": "mp4",
        "vcodec": "avc1",
        "acodec": "none",
        "height": 720,
    },
    {
        "format_id": "sound",
        "url": "https://rr1.googlevideo.com/2",
        "ext": "m4a",
        "vcodec": "none",
        "acodec": "mp4a",
    },
]


def check(folder: Path) -> str:
    sys.path.insert(0, str(folder))
    from medianest_youtube.worker import child

    version = child.preload()
    import yt_dlp
    import yt_dlp_ejs
    from yt_dlp.extractor.common import InfoExtractor
    from yt_dlp.extractor.youtube import YoutubeIE

    from medianest_youtube.worker.bounds import open_ytdl
    from medianest_youtube.worker.reporting import Log

    for module in (yt_dlp, yt_dlp_ejs):
        if not Path(module.__file__).is_relative_to(folder):
            raise RuntimeError(f"{module.__name__} is not in the folder")
    if not YoutubeIE.suitable("https://www.youtube.com/watch?v=aaaaaaaaaaa"):
        raise RuntimeError("it does not know an address of YouTube")

    class BuiltIn(InfoExtractor):  # type: ignore[misc]
        _VALID_URL = r"medianest:(?P<id>\w+)"

        def _real_extract(self, url: str) -> dict[str, object]:
            return {
                "id": self._match_id(url),
                "title": "Built in",
                "formats": [dict(each) for each in _FORMATS],
            }

    options = {"quiet": True, "cachedir": False, "format": "bv*+ba/b"}
    with open_ytdl(options, Log(), categories_api=None) as ytdl:
        ytdl.add_info_extractor(BuiltIn())
        found = ytdl.extract_info("medianest:check", download=False)
    chosen = [each["format_id"] for each in found["requested_formats"]]
    if found["id"] != "check" or chosen != ["picture", "sound"]:
        raise RuntimeError("it chooses other formats than it should")
    return version


if __name__ == "__main__":
    sys.stdout.write(f"{check(Path(sys.argv[1]))}\n")
