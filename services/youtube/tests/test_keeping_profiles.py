"""Profiles are kept by administrators and seen by everybody."""

import asyncio
from typing import Any

import pytest

from medianest_common.contracts.base import Rpc
from medianest_common.contracts.identity import Role
from medianest_common.contracts.youtube.profiles import (
    ChangeProfile,
    CreateProfile,
    DeleteProfile,
    ListProfiles,
    MediaFormat,
    Profile,
    ProfileBody,
    Quality,
    VideoCodec,
)
from medianest_common.errors import MediaNestError
from services.youtube.tests.conftest import Home, Person


async def _names(person: Person) -> list[tuple[str, bool]]:
    return [(each.name, each.is_default) for each in (await person.call(ListProfiles())).items]


async def _made(person: Person, name: str = "Small", **choices: Any) -> Profile:
    return await person.call(CreateProfile(profile=ProfileBody(name=name, **choices)))


async def _code(person: Person, message: Rpc[Any]) -> str:
    with pytest.raises(MediaNestError) as refused:
        await person.call(message)
    return refused.value.code


async def test_a_new_installation_has_profiles_that_work_with_plex(home: Home) -> None:
    assert await _names(await home.friend()) == [
        ("Standard", True),
        ("Best quality", False),
        ("Sound only", False),
    ]


async def test_a_profile_is_made_changed_and_given_up(home: Home) -> None:
    made = await _made(home.owner, quality=Quality.SD_480P, subtitles=["en", "de"])
    assert (made.quality, made.subtitles, made.downloads) == (Quality.SD_480P, ["en", "de"], 0)

    body = ProfileBody(name="Smaller", quality=Quality.SD_360P)
    changed = await home.owner.call(ChangeProfile(id=made.id, profile=body))
    assert (changed.name, changed.quality, changed.subtitles) == ("Smaller", Quality.SD_360P, [])

    await home.owner.call(DeleteProfile(id=made.id))
    assert ("Smaller", False) not in await _names(home.owner)
    assert await _code(home.owner, ChangeProfile(id=made.id, profile=body)) == "PROFILE_NOT_FOUND"
    again = await _made(home.owner, "Smaller")
    assert again.id != made.id


async def test_there_is_always_exactly_one_default_profile(home: Home) -> None:
    standard = (await home.owner.call(ListProfiles())).items[0]
    small = await _made(home.owner, is_default=True)
    assert [name for name, default in await _names(home.owner) if default] == ["Small"]

    body = ProfileBody(name="Small", is_default=False)
    assert await _code(home.owner, ChangeProfile(id=small.id, profile=body)) == "PROFILE_IN_USE"
    assert await _code(home.owner, DeleteProfile(id=small.id)) == "PROFILE_IN_USE"

    bodies = [(standard.id, "Standard"), (small.id, "Small")] * 4
    await asyncio.gather(
        *(
            home.owner.call(ChangeProfile(id=key, profile=ProfileBody(name=name, is_default=True)))
            for key, name in bodies
        )
    )
    assert sum(default for _, default in await _names(home.owner)) == 1


async def test_names_are_told_apart_without_regard_to_case_also_at_once(home: Home) -> None:
    results = await asyncio.gather(
        *(_made(home.owner, name) for name in ("Tiny", "TINY", "tiny", "Tiny")), return_exceptions=True
    )
    assert sum(isinstance(each, Profile) for each in results) == 1
    codes = {each.code for each in results if isinstance(each, MediaNestError)}
    assert codes == {"PROFILE_NAME_TAKEN"}


@pytest.mark.parametrize(
    "choices",
    [
        {"format": MediaFormat.WEBM, "codec": VideoCodec.H264},
        {"naming": "{password}"},
        {"naming": "../../{title}"},
    ],
)
async def test_what_cannot_work_is_refused_with_the_field_at_fault(
    home: Home, choices: dict[str, Any]
) -> None:
    with pytest.raises(MediaNestError) as refused:
        await _made(home.owner, **choices)
    assert refused.value.status == 422
    assert refused.value.errors


async def test_only_administrators_change_profiles(home: Home) -> None:
    frida, anna = await home.friend(), await home.friend("Anna", role=Role.ADMIN)
    standard = (await frida.call(ListProfiles())).items[0]
    body = ProfileBody(name="Mine")

    assert await _code(frida, CreateProfile(profile=body)) == "FORBIDDEN"
    assert await _code(frida, ChangeProfile(id=standard.id, profile=body)) == "FORBIDDEN"
    assert await _code(frida, DeleteProfile(id=standard.id)) == "FORBIDDEN"
    assert (await _made(anna)).name == "Small"
