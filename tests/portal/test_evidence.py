"""The recipient's evidence: by POST, after receipt, and for nobody else."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from disclosure.access import SystemActor
from disclosure.actions import closing, delivery
from disclosure.actions.base import record
from disclosure.audit import configured
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequesterKind
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import AuditEntry, Delivery
from tests.audit.bundles import unpack, verify
from tests.audit.conftest import ALIASES
from tests.factories import (
    make_authority,
    make_in,
    make_requester,
    make_user,
    produce,
)
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


@pytest.fixture
def received(settings, tmp_path: Path):
    """An answer that its court has opened, a browser of that court, and a log."""
    settings.CHECKPOINT_KEY_FILE = tmp_path / "secret" / "key"
    settings.CHECKPOINT_VERIFIER_KEYS_FILE = tmp_path / "keys"
    settings.CHECKPOINT_WITNESS_DIR = tmp_path / "witness"
    call_command("audit_key", "generate", verbosity=0)
    answer = produce(make_in(S.DECIDED, fields=(F.REAL_NAME,)), P.RELEASED)
    court = with_factor(
        make_requester(RequesterKind.COURT, authority=make_authority()).user
    )
    court.post(f"/answers/{answer.pk}/open/", {"acknowledged_name": "Li Wei"})
    return answer, court


def test_after_the_purge_the_proof_is_still_given_by_a_newer_checkpoint(
    received, tmp_path: Path
):
    answer, court = received
    address = f"/answers/{answer.pk}/evidence/"
    configured.sequencer().run_until_idle()
    before = unpack(court.post(address).content, tmp_path / "before")
    closing.purge(answer, actor=make_user("team_lead"))
    configured.sequencer().run_until_idle()

    page = court.get(f"/answers/{answer.pk}/")
    given = court.post(address)

    assert address in page.content.decode()
    assert f"/answers/{answer.pk}/download/" not in page.content.decode()
    assert f"/answers/{answer.pk}/" in court.get("/").content.decode()
    after = unpack(given.content, tmp_path / "after")
    assert verify(after)[0] == 0
    assert size_of(after) > size_of(before)
    assert not (after / "openings").exists()
    assert court.post(f"/answers/{answer.pk}/download/").status_code >= 400


def size_of(folder: Path) -> int:
    """How many entries the bundle's checkpoint covers."""
    return int((folder / "checkpoint").read_text("utf-8").split("\n")[1])


def test_after_the_window_the_proof_is_offered_without_the_values(
    received, tmp_path: Path
):
    answer, court = received
    configured.sequencer().run_until_idle()
    past = timezone.now() - timedelta(days=1)
    with transaction.atomic():
        Delivery.objects.filter(production=answer).update(expires_at=past)
        record(answer.disclosure_request, "delivery.expired", actor=SystemActor("test"))

    page = court.get(f"/answers/{answer.pk}/").content.decode()
    given = court.post(f"/answers/{answer.pk}/evidence/")

    assert f"/answers/{answer.pk}/evidence/" in page
    folder = unpack(given.content, tmp_path / "bundle")
    assert verify(folder)[0] == 0
    assert not (folder / "openings").exists()


@pytest.mark.parametrize("ending", ["recalled", "never opened"])
def test_a_purged_answer_that_is_not_theirs_gives_nothing(settings, ending: str):
    answer = produce(make_in(S.DECIDED, fields=(F.REAL_NAME,)), P.RELEASED)
    court = with_factor(
        make_requester(RequesterKind.COURT, authority=make_authority()).user
    )
    lead = make_user("team_lead")
    if ending == "recalled":
        court.post(f"/answers/{answer.pk}/open/", {"acknowledged_name": "Li Wei"})
    delivery.recall(answer, reason="sent in error", actor=lead)
    closing.purge(answer, actor=lead)

    assert court.get(f"/answers/{answer.pk}/").status_code == 404
    assert court.post(f"/answers/{answer.pk}/evidence/").status_code == 404
    assert not AuditEntry.objects.filter(action="evidence.exported").exists()
