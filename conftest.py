import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

pytest_plugins = ["medianest.testing_secrets", "medianest.testing", "medianest.testing_youtube"]


def _keep_bytecode() -> None:
    """Where Python is told to keep none, each of the many processes that tests start would compile everything anew."""
    folder = Path(__file__).parent / ".pytest_cache" / "bytecode"
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(folder)
    sys.dont_write_bytecode = False


if sys.dont_write_bytecode:
    _keep_bytecode()

# How quick something is is for `bench/`: a machine that stands still for a moment has found no fault.
settings.register_profile(
    "patient", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")
