"""How long an evidence bundle of a 200-entry request takes: made, and verified.

    .venv/bin/python benchmarks/audit_bundle.py [--log 20000]

Runs on a throw-away database of the tests' embedded server. The verifier runs as a
process of its own, without network where the machine lets us take it away.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from disclosure.actions.proof import evidence
from disclosure.audit import configured
from disclosure.audit.append import ActorRef, ObjectRef, append
from disclosure.domain.vocabulary import ProductionStatus
from tests.audit.bundles import unpack, verify, without_network
from tests.databases import TestDatabases, use_server
from tests.factories import make_production_in, make_user

ENTRIES = 200
ROUNDS = 9


def fill(stream: str, count: int) -> None:
    """Append entries that say nothing in particular."""
    with transaction.atomic():
        for number in range(count):
            append(
                stream,
                actor=ActorRef("system", "benchmark", "system"),
                action="trail.measured",
                obj=ObjectRef("probe", "1"),
                data={"n": number},
            )


def main() -> None:
    """Prepare, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=int, default=20_000, help="entries in the log")
    asked = parser.parse_args()
    databases = TestDatabases(use_server())
    databases.prepare()
    try:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), asked.log)
    finally:
        databases.close()


def measure(folder: Path, log: int) -> None:
    """Print the medians of making and of verifying, and the size."""
    settings.CHECKPOINT_KEY_FILE = folder / "secret" / "key"
    settings.CHECKPOINT_VERIFIER_KEYS_FILE = folder / "keys"
    settings.CHECKPOINT_WITNESS_DIR = folder / "witness"
    call_command("audit_key", "generate", verbosity=0)
    for part in range(log // 1000):
        fill(f"probe:{part}", 1000)
    answer = make_production_in(ProductionStatus.OPENED)
    request = answer.disclosure_request
    fill(request.stream, ENTRIES)
    configured.sequencer().run_until_idle()
    recipient = answer.deliveries.get().opened_by
    auditor = make_user("auditor")
    makers = {
        "for staff": lambda: evidence.evidence_for_staff(request, actor=auditor),
        "for the recipient, with values": lambda: evidence.evidence_for_recipient(
            answer, actor=recipient
        ),
    }
    for name, make in makers.items():
        made, verified = [], []
        for number in range(ROUNDS):
            start = time.perf_counter()
            bundle = make()
            made.append(time.perf_counter() - start)
            unpacked = unpack(bundle.content, folder / f"{name}{number}")
            start = time.perf_counter()
            code, output = verify(unpacked)
            verified.append(time.perf_counter() - start)
            assert code == 0, output
        network = "without network" if without_network() else "network not taken away"
        print(f"{name}: {bundle.entries} entries, {len(bundle.content):,} bytes")
        print(f"  log of {log:,} entries; {network}")
        for what, seconds in (("made", made), ("verified", verified)):
            median, longest = statistics.median(seconds), max(seconds)
            print(f"  {what:<9} median {median:.3f} s, longest {longest:.3f} s")


if __name__ == "__main__":
    main()
