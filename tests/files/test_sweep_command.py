"""The sweep leaves what a record names, however old it is."""

import os
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from disclosure.domain.vocabulary import DocumentKind, ProductionStatus
from disclosure.files.errors import StoredFileMissing
from disclosure.files.storage import open_stored, store
from disclosure.models import Document
from tests import factories

KEY = bytes(32)


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


def make_old(name):
    yesterday = (timezone.now() - timedelta(days=2)).timestamp()
    os.utime(Path(settings.FILES_DIR) / name, (yesterday, yesterday))


@pytest.mark.django_db
def test_files_with_a_record_stay_and_others_go():
    officer = factories.make_user("case_officer")
    production = factories.make_production_in(ProductionStatus.SEALED)
    factories.add_proofs(
        factories.make_review(officer=officer),
        (DocumentKind.IDENTITY_PROOF,),
        officer=officer,
    )
    documents = Document.objects.exclude(storage_name="")
    recorded = [
        production.package_name,
        *documents.values_list("storage_name", flat=True),
    ]
    assert len(recorded) > 1
    orphan, fresh = store(b"orphan", KEY), store(b"fresh", KEY)
    for name in (*recorded, orphan.name):
        make_old(name)
    output = StringIO()

    call_command("sweep_files", stdout=output)

    assert output.getvalue() == f"Removed {orphan.name}\n"
    assert all((Path(settings.FILES_DIR) / name).exists() for name in recorded)
    assert open_stored(fresh.name, KEY) == b"fresh"
    with pytest.raises(StoredFileMissing):
        open_stored(orphan.name, KEY)


def test_a_sweep_that_could_outrun_a_transaction_is_refused():
    with pytest.raises(CommandError, match="at least"):
        call_command("sweep_files", hours=0)
