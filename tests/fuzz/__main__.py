"""`make fuzz`: libFuzzer, by way of atheris, at each target for so many seconds; it goes where it finds new code.

What it has found lies below `.hypothesis/fuzz`, from where the next run goes on.
"""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(".hypothesis/fuzz")
_SERVICES = ("auth", "gateway", "health", "media", "notifications", "plex", "youtube")
_OURS = ["medianest", "tests.fuzz.reading", *(f"medianest_{name}" for name in ("common", *_SERVICES))]


def main(seconds: int, names: list[str]) -> int:
    from tests.fuzz.targets import TARGETS

    broken = []
    for name in names or TARGETS:
        corpus = FOLDER / name
        corpus.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(TARGETS[name].seeds):
            (corpus / f"seed-{number}").write_bytes(seed)
        limits = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1"]
        found = f"-artifact_prefix={FOLDER}/{name}-"
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz", "--one", name, *limits, found, str(corpus)]
        )
        if done.returncode:
            broken.append(name)
    print(
        "\n".join(f"{name}: see above, and the input in {FOLDER}" for name in broken) or "nothing was found"
    )
    return len(broken)


def one(name: str, arguments: list[str]) -> None:
    """Never returns: libFuzzer ends the process."""
    import atheris  # type: ignore[import-untyped]

    with atheris.instrument_imports(include=_OURS):
        from tests.fuzz.targets import TARGETS
    atheris.Setup([name, *arguments], TARGETS[name].feed)
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        one(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
