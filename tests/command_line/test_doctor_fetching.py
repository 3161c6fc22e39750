"""The doctor looks at TMDB, Radarr and Sonarr where titles are looked up and fetched without Overseerr."""

from medianest_common.testing.fake_arr import FakeRadarr, FakeSonarr
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.fake_tmdb import FakeTmdb
from tests.command_line.installation import Installation


async def test_the_doctor_says_what_is_wrong_with_tmdb_radarr_and_sonarr(installation: Installation) -> None:
    async with (
        FakePlex.start() as plex,
        FakeTmdb.start() as tmdb,
        FakeRadarr.start() as radarr,
        FakeSonarr.start() as sonarr,
    ):
        outside = {
            "MEDIANEST_PLEX_TV_URL": plex.tv_url,
            "MEDIANEST_TMDB_URL": tmdb.url,
            "MEDIANEST_TMDB_API_KEY": tmdb.api_key,
            "MEDIANEST_RADARR_URL": radarr.url,
            "MEDIANEST_RADARR_API_KEY": radarr.api_key,
            "MEDIANEST_SONARR_URL": sonarr.url,
            "MEDIANEST_SONARR_API_KEY": "not-the-key-of-sonarr",
        }
        code, said = await installation.command("doctor", **outside)
        assert code == 1
        assert "ok  Radarr: answers, accepts the key and has the profile, folder and tags" in said
        assert "BAD Sonarr: Sonarr does not accept our API key." in said
        assert "Look at the settings MEDIANEST_SONARR_" in said
        assert "ok  TMDB: answers and accepts the key" in said and tmdb.api_key not in said
        radarr.profiles = {4: "HD-1080p", 5: "Ultra-HD"}
        sonarr.accepted_key = "not-the-key-of-sonarr"
        outside["MEDIANEST_TMDB_API_KEY"] = "not-the-key-of-tmdb"
        code, said = await installation.command("doctor", **outside)
        assert code == 1 and "ok  Sonarr: answers" in said
        assert "BAD TMDB: TMDB does not accept our key." in said and "not-the-key-of-tmdb" not in said
        assert "MEDIANEST_RADARR_QUALITY_PROFILE names one of" in said
        assert radarr.api_key not in said and "not-the-key-of-sonarr" not in said
