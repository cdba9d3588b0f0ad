"""Time stamps, mails and the lag: what leaves the house besides the witness's files."""

import io
import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from disclosure.audit import configured
from disclosure.audit.evidence import read_evidence
from disclosure.audit.lag import checkpoint_lag
from disclosure.audit.log_tables import StoredCheckpoint
from disclosure.audit.outlets import Outlets
from disclosure.audit.timestamps import TimestampAuthority, TimestampRefused
from disclosure.models import AuditReceipt, AuditTimestamp
from tests.audit.authority import make_authority, serve
from tests.audit.conftest import ALIASES, Trail, add

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)


@pytest.fixture(scope="module")
def authority_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("OpenSSL's command line is not installed")
    folder = tmp_path_factory.mktemp("authority") / "tsa"
    make_authority(folder)
    return folder


def openssl_accepts(folder: Path, reply: Path, data: Path) -> bool:
    done = subprocess.run(
        [
            *("openssl", "ts", "-verify", "-in", str(reply), "-data", str(data)),
            *("-CAfile", str(folder / "ca.pem")),
        ],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def test_a_checkpoint_is_stamped_and_two_programs_agree(
    installed: Trail, settings, authority_folder: Path, tmp_path: Path
) -> None:
    """A changed checkpoint is rejected by OpenSSL and by our own check."""
    call_command("audit_key", "generate", verbosity=0)
    add("probe:a", 5)
    settings.TSA_CA_FILE = authority_folder / "ca.pem"
    with serve(authority_folder) as settings.TSA_URL:
        call_command("sequence", stdout=io.StringIO())

    stamp = AuditTimestamp.objects.select_related("checkpoint").get()
    note = stamp.checkpoint.note.encode()
    reply, checkpoint = tmp_path / "reply.tsr", tmp_path / "checkpoint"
    reply.write_bytes(bytes(stamp.reply))
    checkpoint.write_bytes(note)
    authority = TimestampAuthority("unused", authority_folder / "ca.pem")
    assert openssl_accepts(authority_folder, reply, checkpoint)
    authority.require_valid(bytes(stamp.reply), note)
    assert abs(stamp.stamped_at - timezone.now()) < timedelta(minutes=5)

    changed = note.replace(b"\n5\n", b"\n6\n")
    assert changed != note
    checkpoint.write_bytes(changed)
    assert not openssl_accepts(authority_folder, reply, checkpoint)
    with pytest.raises(TimestampRefused):
        authority.require_valid(bytes(stamp.reply), changed)

    with connections["default"].cursor() as cursor:
        evidence = read_evidence(cursor, "probe:a")
    assert evidence.timestamp == bytes(stamp.reply)
    add("probe:a")
    configured.sequencer().run_until_idle()
    with connections["default"].cursor() as cursor:
        later = read_evidence(cursor, "probe:a")
    assert later.timestamp is None
    assert [earlier.timestamp for earlier in later.earlier] == [bytes(stamp.reply)]


def test_a_reply_by_a_stranger_is_not_kept(
    installed: Trail, settings, authority_folder: Path, tmp_path: Path
) -> None:
    call_command("audit_key", "generate", verbosity=0)
    add("probe:a")
    settings.TSA_CA_FILE = make_authority(tmp_path / "other")
    with serve(authority_folder) as settings.TSA_URL:
        call_command("sequence", stdout=io.StringIO())

    assert not AuditTimestamp.objects.exists()


def test_an_authority_out_of_reach_holds_nothing_up(
    installed: Trail, settings, authority_folder: Path
) -> None:
    call_command("audit_key", "generate", verbosity=0)
    add("probe:a")
    settings.TSA_CA_FILE = authority_folder / "ca.pem"
    with serve(authority_folder) as address:
        pass
    settings.TSA_URL = address

    call_command("sequence", stdout=io.StringIO())

    assert installed.witness.latest() is not None
    assert not AuditTimestamp.objects.exists()


def test_the_newest_checkpoint_is_mailed(installed: Trail, settings) -> None:
    call_command("audit_key", "generate", verbosity=0)
    settings.CHECKPOINT_MAIL_TO = ["regulator@example.org"]
    add("probe:a", 3)

    call_command("sequence", stdout=io.StringIO())

    (message,) = mail.outbox
    assert message.to == ["regulator@example.org"]
    assert message.attachments[0][1] == installed.witness.latest()
    assert installed.witness.latest().decode() in str(message.body)
    receipt = AuditReceipt.objects.get()
    assert (receipt.outlet, receipt.checkpoint.size) == ("mail", 3)
    assert receipt.sent_at >= receipt.checkpoint.created_at


@dataclass
class Probe:
    """An outlet that fails when told to."""

    name: str = "probe"
    sizes: list[int] = field(default_factory=list)
    fails: bool = False

    def send(self, checkpoint: StoredCheckpoint) -> None:
        if self.fails:
            raise OSError("out of reach")
        self.sizes.append(checkpoint.size)


def test_an_outlet_gets_what_is_new_and_not_more_often_than_asked(trail: Trail) -> None:
    always, seldom, broken = Probe(), Probe(), Probe(fails=True)
    outlets = Outlets([(always, 0), (seldom, 3600), (broken, 3600)])
    assert outlets.run() == 0

    for count in (2, 0, 3):
        add("probe:a", count)
        trail.sequencer.run_until_idle()
        outlets.run()

    assert (always.sizes, seldom.sizes, broken.sizes) == ([2, 5], [2], [])


def test_the_lag_counts_what_is_not_signed(trail: Trail) -> None:
    now = timezone.now()
    assert checkpoint_lag().entries == 0
    assert checkpoint_lag().seconds(now) == 0
    add("probe:a", 3)
    trail.sequencer.run_until_idle()
    assert checkpoint_lag().entries == 0

    add("probe:a", 2)
    lag = checkpoint_lag()

    assert lag.entries == 2
    assert lag.oldest_at is not None
    assert lag.seconds(lag.oldest_at + timedelta(seconds=90)) == 90
    assert lag.seconds(lag.oldest_at - timedelta(seconds=1)) == 0
