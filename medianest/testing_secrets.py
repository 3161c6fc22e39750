"""No secret is in any log, whatever was tested: each test is failed that has written one down.

Logs of tests are written as those of the product are, through the same processors and as JSON lines, to stderr and to
here. After each test what it has written is searched for what was planted (`medianest_common.testing.planted`), for
what has the form of a secret, and for everything that was sealed, hashed as a password or read from a secret setting
meanwhile: what the code itself treats as a secret. What processes have written into files ending in `.log`, and what
outside systems were told, is searched as well.
"""

import logging
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
import structlog
from argon2 import PasswordHasher
from pydantic import SecretStr

from medianest_common.frequent_lines import frequent_lines
from medianest_common.logging import configure
from medianest_common.security.encryption import Cipher
from medianest_common.settings import Settings
from medianest_common.testing.planted import leaks_in, overheard

_SHORTEST = 12
"""What is shorter may be a word of the log by chance."""
_SHOWN = 5


class WrittenLog(logging.StreamHandler[Any]):
    """What was logged since it was last taken."""

    def __init__(self) -> None:
        super().__init__(self)
        self._parts: list[str] = []

    def write(self, text: str) -> None:
        self._parts.append(text)
        sys.stderr.write(text)

    def flush(self) -> None:
        """There is nothing to wait for."""

    def read(self) -> str:
        return "".join(self._parts)

    def take(self) -> str:
        written = self.read()
        self._parts.clear()
        return written


class SecretsWatch:
    def __init__(self) -> None:
        self.log = WrittenLog()
        self.learned: set[str] = set()
        self._processors: list[Any] = []
        self._read_up_to: dict[Path, int] = {}

    def listen(self) -> None:
        """Also after a test has sent the log elsewhere."""
        root = logging.getLogger()
        if self.log in root.handlers and structlog.get_config()["processors"] is self._processors:
            return
        others = [each for each in root.handlers if type(each) is not logging.StreamHandler]
        configure(Settings.model_construct(log_level="info", log_format="json"))
        [written] = root.handlers
        self.log.setFormatter(written.formatter)
        root.handlers = [*others, self.log]
        # Frequent lines take the long way round as well, on which `capture_logs` can be asked for them.
        frequent_lines.close()
        # A logger that is kept would not be heard by `capture_logs` after the next one who configures.
        structlog.configure(cache_logger_on_first_use=False)
        self._processors = structlog.get_config()["processors"]
        # The pretend mail server runs in this process, and its log is not ours.
        logging.getLogger("mail.log").setLevel(logging.WARNING)

    def learn(self, patch: pytest.MonkeyPatch) -> None:
        taking: list[tuple[type, str, int]] = [
            (Cipher, "seal", 1),
            (PasswordHasher, "hash", 1),
            (PasswordHasher, "verify", 2),
        ]
        for owner, name, place in taking:
            patch.setattr(owner, name, self._noting_argument(getattr(owner, name), place))
        giving: list[tuple[type, str]] = [(Cipher, "open_text"), (SecretStr, "get_secret_value")]
        for owner, name in giving:
            patch.setattr(owner, name, self._noting_answer(getattr(owner, name)))

    def leaks(self) -> list[str]:
        """Since the last time that this was asked, in the log and in what was told to others."""
        # A thread may still be hashing for somebody who has gone.
        heard, self.learned = self.learned, set()
        learned = {each for each in tuple(heard) if len(each) >= _SHORTEST}
        return [
            f"{place}: {line}"
            for place, written in (
                ("the log", self.log.take().encode("utf-8", "replace")),
                ("told to others", overheard.take()),
            )
            if written
            for line in leaks_in(written, learned=learned)
        ]

    def leaks_in_files(self, folder: Path) -> list[str]:
        """In what was added to logs below the folder since the last time."""
        found = []
        for path in sorted(folder.rglob("*.log")):
            if path.is_file():
                with path.open("rb") as file:
                    file.seek(self._read_up_to.get(path, 0))
                    written = file.read()
                    self._read_up_to[path] = file.tell()
                found += [f"{path}: {line}" for line in leaks_in(written) if not _is_meant(line)]
        return found

    def _noting_argument(self, function: Callable[..., Any], place: int) -> Callable[..., Any]:
        def noting(*arguments: Any, **named: Any) -> Any:
            if len(arguments) > place and isinstance(arguments[place], str):
                self.learned.add(arguments[place])
            return function(*arguments, **named)

        return noting

    def _noting_answer(self, function: Callable[..., str]) -> Callable[..., str]:
        def noting(*arguments: Any, **named: Any) -> str:
            answer = function(*arguments, **named)
            self.learned.add(answer)
            return answer

        return noting


_WATCH = pytest.StashKey[SecretsWatch]()


def pytest_configure(config: pytest.Config) -> None:
    watch = config.stash[_WATCH] = SecretsWatch()
    patch = pytest.MonkeyPatch()
    watch.learn(patch)
    config.add_cleanup(patch.undo)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    item.config.stash[_WATCH].listen()
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    watch = item.config.stash[_WATCH]
    try:
        return (yield)
    finally:
        _complain(watch.leaks())


@pytest.fixture(scope="session", autouse=True)
def no_secret_in_the_logs_of_processes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[None, None, None]:
    """The first fixture of all, so that everything that writes has ended when it looks. The folder names the test."""
    folder = tmp_path_factory.getbasetemp()
    yield
    look_through(folder, request.config)


@pytest.fixture
def written_log(request: pytest.FixtureRequest) -> WrittenLog:
    """What this test has logged, as the product writes it."""
    return request.config.stash[_WATCH].log


def look_through(folder: Path, config: pytest.Config) -> None:
    """At the end of what has written there, where it does not lie below pytest's own folder."""
    _complain(config.stash[_WATCH].leaks_in_files(folder))


def _complain(leaks: list[str]) -> None:
    if leaks:
        shown = "\n".join(leaks[:_SHOWN])
        pytest.fail(f"{len(leaks)} lines with a secret were written:\n{shown}", pytrace=False)


def _is_meant(line: str) -> bool:
    """The first start tells its operator the link, which is worth nothing once there is an owner."""
    return "Nobody owns it yet" in line
