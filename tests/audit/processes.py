"""A sequencer in a process of its own, on the database of the running test."""

import os
import subprocess
import sys
import time

from django.conf import settings
from django.db import connections

SCRIPT = """
import sys
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from pathlib import Path
name, host, key, keys, witness, origin = sys.argv[1:]
for alias in connections:
    connections.settings[alias].update(
        NAME=name, HOST=host, ENGINE="django.db.backends.postgresql"
    )
settings.CHECKPOINT_KEY_FILE = Path(key)
settings.CHECKPOINT_VERIFIER_KEYS_FILE = Path(keys)
settings.CHECKPOINT_WITNESS_DIR = Path(witness)
settings.CHECKPOINT_ORIGIN = origin
call_command("sequence", "--loop", "--interval", "0.05")
"""


def sequencer_process() -> subprocess.Popen[str]:
    """A sequencer of its own on this test's database."""
    database = connections["sequencer"].settings_dict
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            SCRIPT,
            str(database["NAME"]),
            str(database["HOST"]),
            str(settings.CHECKPOINT_KEY_FILE),
            str(settings.CHECKPOINT_VERIFIER_KEYS_FILE),
            str(settings.CHECKPOINT_WITNESS_DIR),
            settings.CHECKPOINT_ORIGIN,
        ],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "PGPORT": str(database["PORT"] or ""),
            "PGPASSWORD": str(database["PASSWORD"] or ""),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_log(process: subprocess.Popen[str]) -> None:
    """Until every entry has a place under a checkpoint."""
    for _attempt in range(600):
        assert process.poll() is None, process.communicate()
        with connections["auditor"].cursor() as cursor:
            cursor.execute(
                "SELECT (SELECT count(*) FROM disclosure_auditentry) = "
                "(SELECT coalesce(max(size), 0) FROM disclosure_auditcheckpoint)"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("the sequencer did not sequence")
