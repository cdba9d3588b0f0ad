"""Evidence bundles for tests, and the stand-alone program that checks them."""

import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path


def unpack(content: bytes, folder: Path) -> Path:
    """The bundle as a clerk has it after the first step."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder


def verify(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of the bundle's own verifier.

    Isolated from our packages (-I -S), and without a network where that can be
    taken away.
    """
    command = [sys.executable, "-I", "-S", "verify.py", *arguments]
    done = subprocess.run(
        [*without_network(), *command], cwd=folder, capture_output=True, check=False
    )
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def without_network() -> list[str]:
    """What to put before a command so that it has no network; [] if not allowed."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    prefix = [unshare, "--map-root-user", "--net"]
    tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return prefix if tried.returncode == 0 else []
