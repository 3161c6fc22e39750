import json
from pathlib import Path

import pytest

from medianest_common.contracts.youtube.profiles import (
    MediaFormat,
    ProfileChoices,
    Quality,
    SponsorBlockAction,
    SubtitleKind,
    VideoCodec,
)
from medianest_youtube.profiles import (
    ImpossibleProfile,
    Surroundings,
    adapted,
    check,
    download_options,
    selection_options,
)

NOWHERE = Path("/staging")
DANGEROUS = {
    "exec_cmd", "cookiesfrombrowser", "external_downloader_args", "postprocessor_args", "plugin_dirs",
    "config_location", "load_info_filename", "batchfile", "download_archive", "username", "password",
}  # fmt: skip


def options(**choices: object) -> dict[str, object]:
    return download_options(ProfileChoices(**choices), Surroundings(), staging=NOWHERE)  # type: ignore[arg-type]


def steps(**choices: object) -> list[str]:
    return [step["key"] for step in options(**choices)["postprocessors"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("format", MediaFormat)
def test_whatever_is_chosen_the_bounds_stay(format: MediaFormat) -> None:
    made = options(format=format, codec="any", embed_thumbnail=False)

    assert made["noplaylist"] is True
    assert made["ignoreerrors"] is False
    assert made["continuedl"] is True
    assert made["cachedir"] is False
    assert made["retries"] == made["fragment_retries"] == 10
    assert made["socket_timeout"] == 20
    assert made["allowed_extractors"] == ["youtube(:(tab|playlist))?"]
    assert made["outtmpl"] == {"default": "%(id)s.%(ext)s"}
    assert made["paths"] == {"home": "/staging"}
    assert made["enable_file_urls"] is False
    assert not made["remote_components"]
    assert not {key for key in DANGEROUS if made.get(key)}
    assert "Exec" not in steps(format=format, codec="any", embed_thumbnail=False)
    assert json.loads(json.dumps(made)) == made


def test_no_proxy_of_the_environment_is_used_unless_one_is_set() -> None:
    assert options()["proxy"] == ""


@pytest.mark.parametrize(
    "quality,first",
    [(Quality.BEST, "res"), (Quality.UHD_2160P, "res:2160"), (Quality.HD_1080P, "res:1080")],
)  # fmt: skip
def test_the_quality_comes_before_the_codec(quality: Quality, first: str) -> None:
    sort = selection_options(ProfileChoices(quality=quality, codec=VideoCodec.AV1))["format_sort"]

    assert sort[0] == first
    assert "vcodec:av01" in sort


def test_subtitles_are_inside_before_anything_is_cut_and_tags_come_after() -> None:
    made = steps(subtitles=["en"], sponsor_block="cut")

    assert made.index("FFmpegEmbedSubtitle") < made.index("ModifyChapters") < made.index("FFmpegMetadata")
    assert made[-1] == "EmbedThumbnail"


def test_marking_removes_nothing() -> None:
    made = options(sponsor_block="mark")["postprocessors"]

    assert [s["remove_sponsor_segments"] for s in made if s["key"] == "ModifyChapters"] == [[]]  # type: ignore[attr-defined]


def test_subtitles_as_files_are_not_put_inside() -> None:
    made = steps(subtitles=["en", "de"], subtitle_kind="files")

    assert "FFmpegSubtitlesConvertor" in made
    assert "FFmpegEmbedSubtitle" not in made


@pytest.mark.parametrize(
    "choices,field",
    [
        (ProfileChoices(format=MediaFormat.WEBM, codec=VideoCodec.H264, embed_thumbnail=False), "codec"),
        (ProfileChoices(format=MediaFormat.WEBM, codec=VideoCodec.VP9), "embedThumbnail"),
        (ProfileChoices(format=MediaFormat.MP3, subtitles=["en"]), "subtitleKind"),
        (ProfileChoices(automatic_subtitles=True), "subtitles"),
        (
            ProfileChoices(sponsor_block=SponsorBlockAction.CUT, sponsor_block_categories=[]),
            "sponsorBlockCategories",
        ),
    ],
)
def test_what_does_not_go_together_is_refused_with_the_field_and_what_would_work(
    choices: ProfileChoices, field: str
) -> None:
    with pytest.raises(ImpossibleProfile) as refused:
        check(choices)

    assert refused.value.status == 422
    assert [error.field for error in refused.value.errors or []] == [field]
    assert refused.value.detail


@pytest.mark.parametrize("format", MediaFormat)
def test_another_container_for_once_never_contradicts_the_profile(format: MediaFormat) -> None:
    choices = ProfileChoices(subtitles=["en"], sponsor_block=SponsorBlockAction.CUT)

    changed = adapted(choices, format=format, quality=Quality.HD_720P)

    check(changed)
    assert changed.format is format
    assert changed.quality is Quality.HD_720P
    assert (changed.subtitle_kind is SubtitleKind.FILES) == format.is_audio
