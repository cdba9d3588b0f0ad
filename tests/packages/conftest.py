"""A log that is signed while packages are sealed, as on a server."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from disclosure.audit import configured
from tests.audit.conftest import Trail, installed, trail

__all__ = ["installed", "trail"]


@pytest.fixture
def sealing_room(installed: Trail, settings: Any, tmp_path: Any) -> Iterator[None]:
    """Keys, a signing certificate, and a sequencer at work in a thread of its own."""
    settings.KEY_STORE_DIR = tmp_path / "keys"
    settings.FILES_DIR = tmp_path / "files"
    settings.SIGNATURE_DEMO_DIR = tmp_path / "signing"
    settings.PACKAGE_EVIDENCE = "required"
    settings.PACKAGE_EVIDENCE_SECONDS = 60.0
    call_command("audit_key", "generate", verbosity=0)
    stopping = threading.Event()
    worker = threading.Thread(target=_sequence_until, args=(stopping,))
    worker.start()
    yield
    stopping.set()
    worker.join()


def _sequence_until(stopping: threading.Event) -> None:
    sequencer = configured.sequencer()
    while not stopping.wait(0.1):
        sequencer.run_until_idle()
    connections["sequencer"].close()
