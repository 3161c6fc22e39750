"""Wheels of yt-dlp as small as they can be: what one does not hold itself it takes from the installed package."""

import importlib.util
import zipfile
from pathlib import Path

_BORROWED = """\
from pathlib import Path as _Path
__path__.append({folder!r})
exec(compile(_Path({folder!r}, "__init__.py").read_text(), "__init__.py", "exec"))
"""


def working(folder: Path, version: str, *, also: str = "") -> None:
    """Tells that it is this release, and else is the installed one. `also` is run when it is loaded."""
    _write(
        folder,
        version,
        {
            "yt_dlp/__init__.py": _BORROWED.format(folder=_installed("yt_dlp")),
            "yt_dlp/version.py": _version_module(version) + also,
            "yt_dlp_ejs/__init__.py": _BORROWED.format(folder=_installed("yt_dlp_ejs")),
        },
    )


def broken(folder: Path, version: str) -> None:
    _write(folder, version, {"yt_dlp/__init__.py": "raise ImportError('this release is broken')\n"})


def mislabelled(folder: Path, version: str) -> None:
    """Says of itself that it is another release than its label does."""
    _write(
        folder,
        version,
        {
            "yt_dlp/__init__.py": _BORROWED.format(folder=_installed("yt_dlp")),
            "yt_dlp/version.py": _version_module("2001.01.01"),
            "yt_dlp_ejs/__init__.py": _BORROWED.format(folder=_installed("yt_dlp_ejs")),
        },
    )


def _installed(package: str) -> str:
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.submodule_search_locations
    return str(next(iter(spec.submodule_search_locations)))


def _version_module(version: str) -> str:
    real = Path(_installed("yt_dlp"), "version.py").read_text()
    return f"{real}\n__version__ = {version!r}\n"


def _write(folder: Path, version: str, files: dict[str, str]) -> None:
    info = f"yt_dlp-{version}.dist-info"
    files = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: yt-dlp\nVersion: {version}\nProvides-Extra: default\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"yt_dlp-{version}-py3-none-any.whl", "w") as wheel:
        for name, text in (files | {f"{info}/RECORD": record}).items():
            wheel.writestr(name, text)
