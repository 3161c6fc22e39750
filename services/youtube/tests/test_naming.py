import re
import unicodedata
from datetime import date
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from medianest_common.contracts.youtube.profiles import Layout
from medianest_youtube.naming import (
    InvalidTemplate,
    OutsideOfFolder,
    PlaylistPlace,
    Subject,
    check_template,
    clean,
    place,
    within,
)

ID = "aB3_-fGhIjK"
UC = "UC" + "A" * 22
PLAYLIST = PlaylistPlace(list_id="PL" + "b" * 32, title="Our trip", episode=7)


def subject(title: str = "A title", **changes: object) -> Subject:
    known: dict[str, object] = {
        "video_id": ID, "title": title, "channel": "A channel", "channel_id": UC, "published_on": date(2024, 3, 5),
    }  # fmt: skip
    return Subject(**(known | changes))  # type: ignore[arg-type]


def test_a_channel_is_a_show_and_a_year_a_season() -> None:
    """pinchflat#835: a library of shows stays empty without the numbers."""
    found = place(subject(), layout=Layout.SHOW)

    assert found.media("mp4") == PurePosixPath(
        f"A channel [{UC}]/Season 2024/A channel - s2024e030501 - A title [{ID}].mp4"
    )
    assert found.poster == PurePosixPath(f"A channel [{UC}]/poster.jpg")
    assert found.season_poster == PurePosixPath(f"A channel [{UC}]/Season2024.jpg")
    assert found.show_nfo == PurePosixPath(f"A channel [{UC}]/tvshow.nfo")


def test_two_videos_of_one_day_are_two_episodes() -> None:
    """YouTube-Agent.bundle#84, YouTube-Agent.bundle#138."""
    first, second = (place(subject(episode=n), layout=Layout.SHOW).stem for n in (1, 2))

    assert "e030501" in first
    assert "e030502" in second


def test_what_lies_beside_a_video_has_its_name() -> None:
    """pinchflat#203: Plex does not see `-thumb.jpg`."""
    found = place(subject(), layout=Layout.SHOW)

    stem = found.media("mp4").stem
    assert found.thumbnail.name == f"{stem}.jpg"
    assert found.subtitle("en").name == f"{stem}.en.srt"
    assert found.nfo.name == f"{stem}.nfo"


def test_a_playlist_is_a_show_of_one_season_in_the_order_in_which_it_was_first_seen() -> None:
    """pinchflat#302, pinchflat#309."""
    found = place(subject(published_on=date(2019, 1, 1), playlist=PLAYLIST), layout=Layout.PLAYLIST_SHOW)

    assert found.media("mkv") == PurePosixPath(
        f"Our trip [{PLAYLIST.list_id}]/Season 01/Our trip - s01e07 - A title [{ID}].mkv"
    )


def test_a_video_of_no_playlist_lies_with_its_channel() -> None:
    assert place(subject(), layout=Layout.PLAYLIST_SHOW) == place(subject(), layout=Layout.SHOW)


def test_a_channel_that_is_renamed_stays_one_show() -> None:
    found = place(subject(channel="New name", show_folder=f"Old name [{UC}]"), layout=Layout.SHOW)

    assert found.folder.parts[0] == f"Old name [{UC}]"


def test_another_video_has_a_folder_of_its_own_and_nothing_that_looks_like_an_episode() -> None:
    found = place(subject("Vlog 2024-03-05 S01E02 3x04"), layout=Layout.VIDEO)

    assert found.media("mp4").parts == (f"{found.stem}", f"{found.stem}.mp4")
    assert found.season_poster is None
    assert not re.search(r"(?i)\d{4}-\d\d-\d\d|s\d+e\d+|\dx\d", found.stem)


def test_the_same_video_in_another_profile_has_another_name() -> None:
    one, other = (place(subject(distinction=d), layout=Layout.VIDEO).stem for d in (None, "4K"))

    assert one != other
    assert other == f"A title - 4K [{ID}]"


def test_a_title_that_is_too_long_is_cut_and_the_id_kept() -> None:
    """metube#985, metube#993, metube#271, metube#578."""
    one = place(subject("日本語のとても長いタイトル🎬" * 30), layout=Layout.SHOW)
    other = place(subject("日本語のとても長いタイトル🎬" * 30, video_id="0" * 11), layout=Layout.SHOW)

    assert one.stem.endswith(f"[{ID}]")
    assert "s2024e030501" in one.stem
    assert one.stem != other.stem
    assert len(one.media("mp4").name.encode()) <= 255


@pytest.mark.parametrize("layout", Layout)
def test_a_channels_name_that_is_too_long_leaves_the_numbers_in(layout: Layout) -> None:
    found = place(subject("t" * 300, channel="c" * 300), layout=layout)

    assert layout is Layout.VIDEO or "s2024e030501" in found.stem
    assert found.stem.endswith(f"[{ID}]")


@pytest.mark.parametrize(
    "title,name",
    [
        ("../../../../tmp/pwn", "⧸..⧸..⧸..⧸tmp⧸pwn"),
        ("..", "Untitled"),
        (".", "Untitled"),
        ("", "Untitled"),
        (" . . ", "Untitled"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("COM¹", "_COM¹"),
        ("Console", "Console"),
        ("--exec=x", "_--exec=x"),
        (".-rf", "_-rf"),
        ("...hidden. ", "hidden"),
        ("a\u202eb\u200bc\x00d\ne", "abcd e"),
        ('What?! "100%" AC/DC: a\\b * <x> | y', "What？! ＂100%＂ AC⧸DC： a⧹b ＊ ＜x＞ ｜ y"),
        ("e\u0301", "é"),
        ("🎬 film", "🎬 film"),
        ("\ud800broken", "broken"),
    ],
)
def test_attack_83_titles_that_other_programs_stumble_over(title: str, name: str) -> None:
    assert clean(title) == name


titles = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from([".", "/", "\\", " ", "CON", "\u202e", "日", "🎬", "e\u0301", "\0", "[", "]", "{", "}"]))
    .map("".join)
)  # fmt: skip


@given(title=titles, channel=titles, layout=st.sampled_from(Layout))
@example("{channel.__class__}", "{0}", Layout.SHOW)
def test_attack_83_any_title_lies_safely_below_the_folder(title: str, channel: str, layout: Layout) -> None:
    found = place(subject(title, channel=channel, playlist=PLAYLIST), layout=layout)

    path = found.media("mp4")
    assert not path.is_absolute()
    assert found.stem.endswith(f"[{ID}]")
    for part in path.parts:
        assert part not in ("", ".", "..")
        assert len(part.encode()) <= 255 - 25
        assert not set(part) & set('/\\:*?"<>|')
        assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in part)
        assert unicodedata.normalize("NFC", part) == part
        assert part.strip(" .") == part
    assert within(Path("/srv/videos"), path).is_relative_to("/srv/videos")


@given(text=titles)
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize("relative", ["../x", "a/../../x", "/etc/passwd", "."])
def test_attack_83_a_path_that_leads_out_is_refused(tmp_path: Path, relative: str) -> None:
    with pytest.raises(OutsideOfFolder):
        within(tmp_path, PurePosixPath(relative))


def test_attack_83_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "away").symlink_to(tmp_path)

    with pytest.raises(OutsideOfFolder):
        within(tmp_path / "inside", PurePosixPath("away/file.mp4"))


def test_a_template_names_the_file() -> None:
    template = "{date} {channel} s{season}e{episode} {title}"
    check_template(template, layout=Layout.SHOW)

    found = place(subject(), layout=Layout.SHOW, template=template)

    assert found.stem == f"2024-03-05 A channel s2024e030501 A title [{ID}]"
    assert found.season == "2024"


def test_an_id_in_a_template_is_not_there_twice() -> None:
    assert place(subject(), layout=Layout.VIDEO, template="{title} [{id}]").stem == f"A title [{ID}]"


@pytest.mark.parametrize(
    "template,layout",
    [
        ("{title", Layout.VIDEO),
        ("{title} {secret}", Layout.VIDEO),
        ("{title.__class__}", Layout.VIDEO),
        ("{title[0]}", Layout.VIDEO),
        ("{title!r}", Layout.VIDEO),
        ("{title:>1000000000}", Layout.VIDEO),
        ("{0}", Layout.VIDEO),
        ("{}", Layout.VIDEO),
        ("../{title}", Layout.VIDEO),
        ("{channel}", Layout.VIDEO),
        ("{date} {title}", Layout.VIDEO),
        ("{title}", Layout.SHOW),
        ("{title} {season} {episode}", Layout.PLAYLIST_SHOW),
    ],
)
def test_a_template_that_would_not_work_is_refused(template: str, layout: Layout) -> None:
    with pytest.raises(InvalidTemplate):
        check_template(template, layout=layout)
