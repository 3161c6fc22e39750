from pathlib import Path

import pytest

from medianest_common.settings import Settings, SettingsError, load

SECRET = "a secret of the tests, made from words"


def test_a_wrong_value_is_named_by_its_variable_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIANEST_PORT", "hunter2")
    with pytest.raises(SettingsError, match="MEDIANEST_PORT") as caught:
        load(Settings)
    assert "hunter2" not in str(caught.value)


def test_a_secret_can_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{SECRET}\n")
    (tmp_path / "token").chmod(0o400)
    monkeypatch.setenv("MEDIANEST_SETUP_TOKEN_FILE", str(tmp_path / "token"))
    token = load(Settings).setup_token
    assert token and token.get_secret_value() == SECRET


def test_a_secret_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MEDIANEST_SETUP_TOKEN_FILE", str(tmp_path / "missing"))
    with pytest.raises(SettingsError, match="MEDIANEST_SETUP_TOKEN_FILE"):
        load(Settings)


@pytest.mark.parametrize("mode", [0o644, 0o620, 0o640 | 0o001, 0o666])
def test_a_secret_file_that_others_may_read_or_replace_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: int
) -> None:
    (tmp_path / "token").write_text(SECRET)
    (tmp_path / "token").chmod(mode)
    monkeypatch.setenv("MEDIANEST_SETUP_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(SettingsError, match=r"MEDIANEST_SETUP_TOKEN_FILE.*chmod 600"):
        load(Settings)


@pytest.mark.parametrize("name", ["setup_token", "metrics_token"])
def test_a_short_secret_is_refused_by_its_length_and_not_by_its_words(name: str) -> None:
    with pytest.raises(SettingsError, match=rf"MEDIANEST_{name.upper()}.*32 characters") as caught:
        load(Settings, **{name: "a-secret-of-31-characters-xxxxx"})
    assert "xxxxx" not in str(caught.value)
    load(Settings, **{name: "password-test-dev-secret-admin-x"})


def test_a_secret_knows_the_file_it_came_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a:b")
    (tmp_path / "keys").chmod(0o600)
    monkeypatch.setenv("MEDIANEST_SECRET_KEY_FILE", str(tmp_path / "keys"))
    assert load(Settings).file_of("secret_key") == tmp_path / "keys"
    monkeypatch.setenv("MEDIANEST_SECRET_KEY", "c:d")
    assert load(Settings).file_of("secret_key") is None
    assert load(Settings).file_of("setup_token") is None


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
    monkeypatch.setenv("MEDIANEST_SETUP_TOKEN", SECRET)
    assert SECRET not in repr(load(Settings))


def test_a_small_machine_has_small_values_of_what_nobody_has_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    usual = load(Settings).database_connections
    monkeypatch.setenv("MEDIANEST_PROFILE", "small")
    assert load(Settings).database_connections < usual
    monkeypatch.setenv("MEDIANEST_DATABASE_CONNECTIONS", "")
    assert load(Settings).database_connections < usual, "what is empty is not set"
    (tmp_path / "medianest.toml").write_text("database_connections = 7\n")
    monkeypatch.setenv("MEDIANEST_CONFIG", str(tmp_path / "medianest.toml"))
    assert load(Settings).database_connections == 7
    monkeypatch.setenv("MEDIANEST_DATABASE_CONNECTIONS", str(usual))
    assert load(Settings).database_connections == usual
    assert load(Settings, database_connections=5).database_connections == 5


def test_a_small_machine_may_be_named_in_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usual = load(Settings).database_connections
    (tmp_path / "medianest.toml").write_text('profile = "small"\n')
    monkeypatch.setenv("MEDIANEST_CONFIG", str(tmp_path / "medianest.toml"))
    assert load(Settings).database_connections < usual


def test_a_machine_of_no_known_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIANEST_PROFILE", "tiny")
    with pytest.raises(SettingsError, match="MEDIANEST_PROFILE"):
        load(Settings)
