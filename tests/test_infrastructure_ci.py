"""In CI a skipped test fails the run; elsewhere it does not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

SUITE = """
import pytest

def test_passes():
    pass

@pytest.mark.{mark}
def test_is_left_out():
    raise AssertionError("never here")
"""


@pytest.mark.parametrize(
    ("ci", "mark", "workers", "code"),
    [
        ("true", "skip(reason='no reason')", "2", 1),
        ("", "skip(reason='no reason')", "0", 0),
        ("true", "xfail(raises=AssertionError)", "0", 0),
    ],
)
def test_a_skip_fails_the_run_in_ci(
    ci: str, mark: str, workers: str, code: int, tmp_path: Path
) -> None:
    suite = tmp_path / "test_suite.py"
    suite.write_text(SUITE.format(mark=mark))
    environment = {**os.environ, "CI": ci}
    # This test runs in such a worker itself.
    environment.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "tests.conftest", "-n", workers),
            *("-c", str(settings.BASE_DIR / "pyproject.toml"), "--noconftest"),
            str(suite),
        ],
        check=False,
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert ("skipped, which fails in CI" in done.stdout) == (code == 1)
