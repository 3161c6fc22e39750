from pathlib import Path

import pytest

from medianest_common.settings import Settings, SettingsError, load


def test_a_wrong_value_is_named_by_its_variable_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIANEST_PORT", "hunter2")
    with pytest.raises(SettingsError, match="MEDIANEST_PORT") as caught:
        load(Settings)
    assert "hunter2" not in str(caught.value)


def test_a_secret_can_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-the-file\n")
    monkeypatch.setenv("MEDIANEST_SETUP_TOKEN_FILE", str(tmp_path / "token"))
    token = load(Settings).setup_token
    assert token and token.get_secret_value() == "from-the-file"


def test_a_secret_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MEDIANEST_SETUP_TOKEN_FILE", str(tmp_path / "missing"))
    with pytest.raises(SettingsError, match="MEDIANEST_SETUP_TOKEN_FILE"):
        load(Settings)


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "medianest.toml").write_text('port = 1000\nlog_level = "warning"\n')
    monkeypatch.setenv("MEDIANEST_CONFIG", str(tmp_path / "medianest.toml"))
    monkeypatch.setenv("MEDIANEST_PORT", "2000")
    settings = load(Settings)
    assert (settings.port, settings.log_level) == (2000, "warning")


@pytest.mark.parametrize("url", ["nest.example.org", "ftp://x", "https://", "https://x/?a=1"])
def test_a_base_url_must_be_one(url: str) -> None:
    with pytest.raises(SettingsError, match="BASE_URL"):
        load(Settings, base_url=url)


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIANEST_SETUP_TOKEN", "canary-value")
    assert "canary-value" not in repr(load(Settings))
