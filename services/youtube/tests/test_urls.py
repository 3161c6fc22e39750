"""Every form in which people paste a link, and every trick with which something else is passed off as one."""

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from medianest_common.contracts.youtube import LinkKind
from medianest_youtube.urls import (
    ChannelKind,
    ChannelLink,
    Link,
    PlaylistLink,
    UnsupportedUrl,
    VideoInList,
    VideoLink,
    parse_link,
)

ID = "dQw4w9WgXcQ"
PL = "PL" + "a1B2" * 8
UC = "UC" + "x_-9" * 5 + "Ab"

VIDEO_FORMS = [
    ID,
    f"  {ID}\n",
    f"https://www.youtube.com/watch?v={ID}",
    f"http://www.youtube.com/watch?v={ID}",
    f"HTTPS://WWW.YOUTUBE.COM/watch?v={ID}",
    f"https://www.youtube.com:443/watch?v={ID}",
    f"www.youtube.com/watch?v={ID}",
    f"youtube.com/watch?v={ID}",
    f"https://m.youtube.com/watch?v={ID}&pp=abc&feature=share",
    f"https://music.youtube.com/watch?v={ID}&si=x",
    f"https://www.youtube.com/watch?app=desktop&v={ID}&t=42s#fragment",
    f"https://www.youtube.com/watch/{ID}",
    f"https://youtu.be/{ID}",
    f"https://youtu.be/{ID}?si=AbC&t=10",
    f"youtu.be/{ID}",
    f"https://www.youtube.com/shorts/{ID}?feature=share",
    f"https://www.youtube.com/live/{ID}?si=x",
    f"https://www.youtube.com/embed/{ID}?autoplay=1",
    f"https://www.youtube.com/v/{ID}",
    f"https://www.youtube-nocookie.com/embed/{ID}",
]


@pytest.mark.parametrize("text", VIDEO_FORMS)
def test_every_form_of_a_video_is_its_id(text: str) -> None:
    assert parse_link(text) == VideoLink(ID)


@pytest.mark.parametrize(
    "text,link",
    [
        (f"https://www.youtube.com/playlist?list={PL}", PlaylistLink(PL)),
        (f"https://m.youtube.com/playlist?list={PL}&si=x", PlaylistLink(PL)),
        (f"https://www.youtube.com/embed/videoseries?list={PL}", PlaylistLink(PL)),
        ("https://music.youtube.com/playlist?list=OLAK5uy_abcdefgh", PlaylistLink("OLAK5uy_abcdefgh")),
        (f"https://www.youtube.com/watch?list={PL}", PlaylistLink(PL)),
        (f"https://www.youtube.com/channel/{UC}", ChannelLink(ChannelKind.ID, UC)),
        (f"https://www.youtube.com/channel/{UC}/videos", ChannelLink(ChannelKind.ID, UC)),
        ("https://www.youtube.com/@SomeBody", ChannelLink(ChannelKind.HANDLE, "SomeBody")),
        ("https://www.youtube.com/@some.body/streams", ChannelLink(ChannelKind.HANDLE, "some.body")),
        ("https://www.youtube.com/@%E6%97%A5%E6%9C%AC%E8%AA%9E", ChannelLink(ChannelKind.HANDLE, "日本語")),
        ("@somebody", ChannelLink(ChannelKind.HANDLE, "somebody")),
        ("https://www.youtube.com/c/SomeBody", ChannelLink(ChannelKind.CUSTOM, "SomeBody")),
        ("https://www.youtube.com/user/SomeBody/videos", ChannelLink(ChannelKind.USER, "SomeBody")),
    ],
)
def test_every_form_of_a_list(text: str, link: Link) -> None:
    assert parse_link(text) == link


@pytest.mark.parametrize(
    "text",
    [f"https://www.youtube.com/watch?v={ID}&list={PL}&index=3", f"https://youtu.be/{ID}?list={PL}"],
)
def test_a_video_in_a_list_may_be_either(text: str) -> None:
    link = parse_link(text)

    assert link == VideoInList(VideoLink(ID), PlaylistLink(PL))
    assert link.kind is LinkKind.VIDEO


@pytest.mark.parametrize("list_id", ["WL", "LL", f"RD{ID}", "RDMM", "FLabcdefghijk"])
def test_a_personal_or_endless_list_is_refused_and_beside_a_video_passed_over(list_id: str) -> None:
    with pytest.raises(UnsupportedUrl, match="personal or has no end"):
        parse_link(f"https://www.youtube.com/playlist?list={list_id}")
    assert parse_link(f"https://www.youtube.com/watch?v={ID}&list={list_id}") == VideoLink(ID)


def test_a_clip_is_refused_in_words_of_its_own() -> None:
    with pytest.raises(UnsupportedUrl, match="Clips"):
        parse_link("https://www.youtube.com/clip/UgkxAbCdEfGhIjKlMnOpQrStUvWxYz012345")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "hello",
        f"https://evil.example/watch?v={ID}",
        f"https://youtube.com.evil.example/watch?v={ID}",
        f"https://evilyoutube.com/watch?v={ID}",
        f"https://evil.example#@www.youtube.com/watch?v={ID}",
        f"https://www.youtube.com@evil.example/watch?v={ID}",
        f"https://user:password@www.youtube.com/watch?v={ID}",
        f"https://@www.youtube.com/watch?v={ID}",
        f"https://www.youtube.com:8080/watch?v={ID}",
        f"https://www.youtube.com:/watch?v={ID}",
        f"https://www.youtube.com:443:1/watch?v={ID}",
        f"https://www.youtube.com./watch?v={ID}",
        f"https://yоutube.com/watch?v={ID}",  # a Cyrillic o
        f"https://ｙoutube.com/watch?v={ID}",  # a full-width y
        f"https://xn--yutube-wqf.com/watch?v={ID}",
        f"https://www。youtube。com/watch?v={ID}",
        f"https://127.0.0.1/watch?v={ID}",
        f"https://[::1]/watch?v={ID}",
        f"https://[www.youtube.com]/watch?v={ID}",
        f"https://invidious.example/watch?v={ID}",
        f"ftp://www.youtube.com/watch?v={ID}",
        f"file:///watch?v={ID}",
        f"javascript:alert(1)//www.youtube.com/watch?v={ID}",
        f"//www.youtube.com/watch?v={ID}",
        f"https:\\\\www.youtube.com\\watch?v={ID}",
        f"https://www.youtube.com\\@evil.example/watch?v={ID}",
        f"https://www.youtube.com/watch?v={ID}\r\nHost: evil.example",
        f"https://www.you\ttube.com/watch?v={ID}",
        f"https://www.youtube.com/watch?v={ID}\u202e",
        f"https://www.youtube.com/watch?v={ID}&v=aaaaaaaaaaa",
        f"https://www.youtube.com/watch?v={ID}x",
        "https://www.youtube.com/watch?v=short",
        "https://www.youtube.com/watch?v=dQw4w9WgXc%00",
        "https://www.youtube.com/watch?v=../../../etc",
        f"https://www.youtube.com/redirect?q=https://evil.example/{ID}",
        f"https://www.youtube.com/%2e%2e/watch?v={ID}",
        f"https://www.youtube.com/%252e%252e/watch?v={ID}",
        f"https://www.youtube.com/attribution_link?u=%2Fwatch%3Fv%3D{ID}",
        "https://www.youtube.com/results?search_query=x",
        "https://www.youtube.com/feed/subscriptions",
        "https://www.youtube.com/",
        "https://www.youtube.com/channel/UCshort",
        f"https://www.youtube.com/channel/{UC}/videos/more",
        "https://www.youtube.com/@a/b/../../redirect",
        "https://www.youtube.com/playlist?list=../x",
        "--exec=touch /tmp/x",
        "ytsearch:cats",
        "-aaaaaaaaa; rm",
        "https://www.youtube.com/watch?v=" + "a" * 3_000,
    ],
)
def test_attack_80_whatever_else_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UnsupportedUrl) as refused:
        parse_link(text)

    assert refused.value.status == 422
    assert refused.value.code == "UNSUPPORTED_URL"
    assert "youtu.be" in refused.value.detail
    with pytest.raises(UnsupportedUrl) as another:
        parse_link("something else")
    assert refused.value.detail == another.value.detail


def test_an_id_that_begins_with_a_dash_is_an_id() -> None:
    assert parse_link("-aaaaaaaaa-").url == "https://www.youtube.com/watch?v=-aaaaaaaaa-"


ids = st.text(
    alphabet="0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-", min_size=11, max_size=11
)


@given(video_id=ids, form=st.sampled_from(VIDEO_FORMS))
def test_the_case_of_an_id_is_kept_in_every_form(video_id: str, form: str) -> None:
    assert parse_link(form.replace(ID, video_id)) == VideoLink(video_id)


PIECES = [
    *("https://", "www.youtube.com", "youtu.be", "/", "watch", "?v=", "&list=", ID, PL, UC, "@", ":", "#"),
    *("/channel/", "/@", "%2e", "%2F", "..", "\\", "evil.example", "127.0.0.1", "\t", "\u200b", "о", "%40"),
]
pieces = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=12).map("".join)


@given(text=st.one_of(pieces, st.text(max_size=200)))
@example("https://www.youtube.com/@%2e%2e")
@example("@...")
def test_whatever_is_pasted_only_youtube_is_reached_and_the_address_means_the_same_again(text: str) -> None:
    try:
        link = parse_link(text)
    except UnsupportedUrl:
        return

    address = urlsplit(link.url)
    assert (address.scheme, address.netloc) == ("https", "www.youtube.com")
    assert link.url.isascii()
    assert ".." not in address.path.split("/")
    assert parse_link(link.url) == link
