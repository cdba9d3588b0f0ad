"""Runs the worker: its own process, with limits on memory, time and disk."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

MEMORY_BYTES: Final = 768 * 1024 * 1024
CPU_SECONDS: Final = 15
WALL_SECONDS: Final = 30
_WORKER: Final = Path(__file__).with_name("worker.py")


class WorkerFailed(Exception):
    """The worker crashed or met a limit. What it said is dropped: it may quote."""


def run(task: str, data: bytes, options: Mapping[str, object]) -> bytes:
    """Give `data` to the worker and return its answer.

    The worker gets no environment, no working directory of ours and no open
    files. Raises `WorkerFailed` when it ends in any way but well.
    """
    limits = {"memory_bytes": MEMORY_BYTES, "cpu_seconds": CPU_SECONDS}
    command = [
        sys.executable,
        "-I",  # no PYTHON* variables, no user packages, nothing from here
        str(_WORKER),
        task,
        json.dumps({**limits, **options}),
    ]
    try:
        ended = subprocess.run(
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WALL_SECONDS,
            check=True,
            cwd="/",
            env={"LC_ALL": "C.UTF-8"},
        )
    except (subprocess.SubprocessError, OSError) as failure:
        raise WorkerFailed(type(failure).__name__) from None
    return ended.stdout
