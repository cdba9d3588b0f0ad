"""The recipient's evidence: by POST, after receipt, and for nobody else."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command

from disclosure.audit import configured
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequesterKind
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import AuditEntry
from tests.audit.bundles import unpack, verify
from tests.audit.conftest import ALIASES
from tests.factories import make_authority, make_in, make_requester, produce
from tests.portal.steps import with_factor

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)


def test_the_recipient_takes_evidence_that_proves_itself(settings, tmp_path: Path):
    settings.CHECKPOINT_KEY_FILE = tmp_path / "secret" / "key"
    settings.CHECKPOINT_VERIFIER_KEYS_FILE = tmp_path / "keys"
    settings.CHECKPOINT_WITNESS_DIR = tmp_path / "witness"
    call_command("audit_key", "generate", verbosity=0)
    answer = produce(make_in(S.DECIDED, fields=(F.REAL_NAME,)), P.RELEASED)
    authority = make_authority()
    court = with_factor(make_requester(RequesterKind.COURT, authority=authority).user)
    stranger = with_factor(make_requester().user)
    address = f"/answers/{answer.pk}/evidence/"

    # Before receipt, and before a checkpoint, there is none.
    assert court.post(address).status_code >= 400
    court.post(f"/answers/{answer.pk}/open/", {"acknowledged_name": "Li Wei"})
    assert court.post(address).status_code == 409
    configured.sequencer().run_until_idle()
    assert court.get(address).status_code == 405
    assert stranger.post(address).status_code == 404
    assert not AuditEntry.objects.filter(action="evidence.exported").exists()

    page = court.get(f"/answers/{answer.pk}/").content.decode()
    given = court.post(address)

    assert address in page
    assert given["Content-Disposition"].startswith("attachment")
    assert zipfile.is_zipfile(io.BytesIO(given.content))
    folder = unpack(given.content, tmp_path / "bundle")
    assert verify(folder)[0] == 0
    assert len(list(folder.glob("openings/*.json"))) == 1
    assert AuditEntry.objects.filter(action="evidence.exported").count() == 1
