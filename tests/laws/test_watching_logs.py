"""Attack 98: the watch that no secret is logged (`medianest/testing_secrets.py`) fails what it should."""

import re

import pytest

pytest_plugins = ["pytester"]

_BOTH = pytest.mark.parametrize("workers", ["0", "1"])
"""In the process that was started, and in one of xdist."""
_TESTS = """
    import logging
    import structlog
    from argon2 import PasswordHasher
    from pydantic import SecretStr
    from medianest_common.security.encryption import Cell, KeyRing
    from medianest_common.security.jwt import new_signing_key
    from medianest_common.testing.planted import MARK, overheard

    log, old = structlog.get_logger(), logging.getLogger("somebody.else")

    def test_planted():
        log.info("said", reason=f"{MARK}-of-somebody")

    def test_planted_in_base64():
        from base64 import b64encode
        log.info("said", header=b64encode(f"user:{MARK}-of-somebody".encode()).decode())

    def test_by_a_logger_of_others():
        old.warning("could not use %s", f"{MARK}-of-somebody")

    def test_in_an_exception():
        try:
            raise ValueError(f"{MARK}-of-somebody")
        except ValueError:
            log.exception("failed")

    def test_sealed():
        cell = Cell("things", "secret_sealed", "1")
        KeyRing.generate().cipher("tests").seal("a word that was sealed", cell=cell)
        log.info("said", reason="it was a word that was sealed")

    def test_hashed():
        PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("a word that was hashed")
        log.info("said", reason="it was a word that was hashed")

    def test_of_the_settings():
        SecretStr("a word of the settings").get_secret_value()
        log.info("said", reason="it was a word of the settings")

    def test_told_to_others():
        overheard.hear(f"a report of {MARK}-of-somebody".encode())

    def test_of_a_process(tmp_path):
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "service.log").write_text("mnr_" + "x" * 43)

    def test_what_is_redacted():
        log.info("said", token=f"{MARK}-of-somebody", reason="mnr_" + "x" * 43)

    def test_what_is_no_secret_any_more():
        log.info("said", reason="it was a word that was sealed")

    def test_nothing():
        log.info("said", reason="nothing")
"""
_LEAK = re.compile(r"ERROR at teardown of (\w+)")


@_BOTH
def test_whoever_logs_a_secret_fails_and_nobody_else(pytester: pytest.Pytester, workers: str) -> None:
    pytester.makepyfile(_TESTS)
    result = pytester.runpytest_subprocess("-p", "medianest.testing_secrets", "-n", workers)
    for log in pytester.path.rglob("*.log"):
        # The watch of this run would find it as well.
        log.unlink()
    result.assert_outcomes(passed=12, errors=9)
    said = result.stdout.str()
    assert set(_LEAK.findall(said)) == {
        "test_planted",
        "test_planted_in_base64",
        "test_by_a_logger_of_others",
        "test_in_an_exception",
        "test_sealed",
        "test_hashed",
        "test_of_the_settings",
        "test_told_to_others",
        # What processes have written is looked at when all of them have ended.
        "test_nothing",
    }
    assert re.search(r"test_of_a_process\S*/folder/service\.log: mnr_xxx", said)
