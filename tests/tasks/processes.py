"""Processes of our own beside a test, on the test's database and broker."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.db import connection


def environment(broker_url: str = "") -> dict[str, str]:
    """Return the environment of a process that shares this test's database."""
    at = connection.settings_dict
    password = f":{quote(at['PASSWORD'], safe='')}" if at["PASSWORD"] else ""
    host = quote(str(at["HOST"]), safe="") + (f":{at['PORT']}" if at["PORT"] else "")
    url = f"postgresql://{quote(at['USER'])}{password}@{host}/{at['NAME']}"
    return os.environ | {
        "DISCLOSURE_MODE": "test",
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
        "DATABASE_URL": url,
        "DATABASE_ROLE_PREFIX": settings.DATABASE_ROLE_PREFIX,
        "DATABASE_CONN_MAX_AGE": "0",
        "BROKER_URL": broker_url or "memory://",
        "PYTHONWARNINGS": "",
    }


def start(*command: str, broker_url: str = "") -> subprocess.Popen[bytes]:
    """Start `python -m …`; the caller ends it."""
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=environment(broker_url),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def wait_until(
    true: Callable[[], object],
    process: subprocess.Popen[bytes] | None = None,
    seconds: int = 60,
) -> None:
    """Wait until something is true; fail with the process's words if it never is."""
    for _turn in range(seconds * 20):
        if true():
            return
        if process is not None and process.poll() is not None:
            break
        time.sleep(0.05)
    said = b""
    if process is not None:
        process.kill()
        said = process.communicate()[0]
    raise AssertionError(f"It did not happen. {said.decode(errors='replace')}")
