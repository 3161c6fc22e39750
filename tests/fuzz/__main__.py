"""`make fuzz`: libFuzzer, by way of atheris, at each target for so many seconds; it goes where it finds new code.

What it has found lies below `.hypothesis/fuzz`, from where the next run goes on.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

FOLDER = Path(".hypothesis/fuzz")
_SERVICES = ("auth", "gateway", "health", "media", "notifications", "plex", "youtube")
_OURS = ["medianest", "tests.fuzz.reading", *(f"medianest_{name}" for name in ("common", *_SERVICES))]


def main(seconds: int, names: list[str]) -> int:
    """What is read is instrumented once, which takes half a minute; each target has a process that begins after that,
    because libFuzzer ends it."""
    import atheris  # type: ignore[import-untyped]

    with atheris.instrument_imports(include=_OURS):
        from tests.fuzz.targets import TARGETS
    broken = []
    for name in names or TARGETS:
        corpus = FOLDER / name
        corpus.mkdir(parents=True, exist_ok=True)
        _broken(name).unlink(missing_ok=True)
        for number, seed in enumerate(TARGETS[name].seeds):
            (corpus / f"seed-{number}").write_bytes(seed)
        limits = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1"]
        limits.append(f"-artifact_prefix={FOLDER}/{name}-")
        sys.stdout.flush()
        child = os.fork()
        if not child:
            atheris.Setup([name, *limits, str(corpus)], partial(_feed, name, TARGETS[name].feed))
            atheris.Fuzz()
        if os.waitpid(child, 0)[1]:
            broken.append(name)
    print(
        "\n".join(f"{name}: see above, and the input in {_input(name)}" for name in broken)
        or "nothing was found"
    )
    return len(broken)


def _input(name: str) -> str:
    """What takes too long or too much memory is ended by libFuzzer, which keeps it under a name of its own."""
    return str(_broken(name) if _broken(name).exists() else FOLDER / f"{name}-*")


def _broken(name: str) -> Path:
    return FOLDER / f"{name}-broken"


def _feed(name: str, feed: Callable[[bytes], None], data: bytes) -> None:
    """What is too odd is kept under a name that can be told."""
    try:
        feed(data)
    except BaseException:
        _broken(name).write_bytes(data)
        raise


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
