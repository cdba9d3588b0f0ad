"""How long from an entry's commit until a checkpoint that covers it is outside.

    .venv/bin/python benchmarks/audit_latency.py [--rate 500] [--seconds 60]

Writers append entries at a steady rate, each in a transaction of its own, on an
embedded PostgreSQL that writes durably; the sequencer runs as it does in production.
An entry counts as covered when the first checkpoint over it is in the witness
directory, by that file's time.
"""

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[0:1] = [str(HERE.parent)]
STATE = tempfile.TemporaryDirectory(prefix="audit-latency-")
os.environ |= {
    "DISCLOSURE_MODE": "demo",
    "DISCLOSURE_VAR": STATE.name,
    "DJANGO_SETTINGS_MODULE": "config.settings",
}

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction

from config import embedded
from disclosure.audit.append import ActorRef, ObjectRef, append

WRITERS = 4
#: The first seconds are not counted: processes start, caches fill.
WARM_UP = 3.0
ACTOR = ActorRef("system", "benchmark", "system")


def main() -> None:
    """Prepare, write, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=500, help="entries a second")
    parser.add_argument("--seconds", type=int, default=60)
    asked = parser.parse_args()
    embedded.hold(settings.EMBEDDED_CLUSTER)
    try:
        call_command("migrate", database="owner", verbosity=0)
        call_command("audit_key", "generate", stdout=sys.stderr)
        report(measure(asked.rate, asked.seconds), asked.rate, asked.seconds)
    finally:
        connections.close_all()
        embedded.release(settings.EMBEDDED_CLUSTER)
        STATE.cleanup()


def measure(rate: int, seconds: int) -> list[float]:
    """Return the latency of every counted entry."""
    sequencer = subprocess.Popen(
        [sys.executable, str(HERE.parent / "manage.py"), "sequence", "--loop"],
        stdout=subprocess.DEVNULL,
    )
    try:
        connections.close_all()
        context = multiprocessing.get_context("fork")
        begin = time.time() + 5
        with context.Pool(WRITERS) as pool:
            jobs = [(n, rate / WRITERS, seconds, begin) for n in range(WRITERS)]
            committed = dict(
                pair for part in pool.starmap(write, jobs) for pair in part
            )
        wait_until_signed(max(committed))
    finally:
        sequencer.terminate()
        sequencer.wait(30)
    covered = times_covered()
    return [
        covered[entry] - at for entry, at in committed.items() if at >= begin + WARM_UP
    ]


def write(number: int, rate: float, seconds: int, begin: float) -> list[tuple]:
    """Append one entry at a time at this pace; return ids with times of commit."""
    done: list[tuple[int, float]] = []
    for turn in range(int(rate * seconds)):
        time.sleep(max(0.0, begin + turn / rate - time.time()))
        with transaction.atomic():
            entry = append(
                f"probe:{number}:{turn % 50}",
                actor=ACTOR,
                action="trail.measured",
                obj=ObjectRef("probe", "1"),
                data={"n": turn},
            )
        done.append((entry, time.time()))
    return done


def wait_until_signed(entry: int) -> None:
    """Wait until the last entry is under a checkpoint outside."""
    for _ in range(600):
        if entry in times_covered():
            return
        time.sleep(0.1)
    raise SystemExit("The sequencer did not come to an end within a minute.")


def times_covered() -> dict[int, float]:
    """{entry: when the first checkpoint over it was in the witness directory}."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT log_index, entry_id FROM disclosure_auditleaf ORDER BY 1"
        )
        places = cursor.fetchall()
    files = sorted(Path(settings.CHECKPOINT_WITNESS_DIR).glob("*.checkpoint"))
    sizes = [(int(path.name.split(".")[0]), path.stat().st_mtime) for path in files]
    covered: dict[int, float] = {}
    at = 0
    for log_index, entry in places:
        while at < len(sizes) and sizes[at][0] <= log_index:
            at += 1
        if at == len(sizes):
            break
        covered[entry] = sizes[at][1]
    return covered


def report(latencies: list[float], rate: int, seconds: int) -> None:
    """Print the quantiles."""
    ordered = sorted(latencies)
    shown = {
        name: ordered[min(int(len(ordered) * share), len(ordered) - 1)]
        for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("longest", 1.0))
    }
    print(
        f"{len(ordered):,} entries at {rate} a second for {seconds} s, "
        f"{WRITERS} writers"
    )
    print("  " + ", ".join(f"{name} {value:.2f} s" for name, value in shown.items()))


if __name__ == "__main__":
    main()
