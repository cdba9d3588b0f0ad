"""Bytes of papers, and errors amid values, leave nothing behind on the way."""

import pytest
from django.urls import reverse

from disclosure.actions.proof.values import clear_value
from disclosure.domain.vocabulary import DocumentKind
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import Document, SealedValue
from tests.console.conftest import signed_in
from tests.factories import add_proofs, make_in, make_production_in, make_user
from tests.journeys.leaks import found_in

pytestmark = pytest.mark.django_db


def test_every_way_to_a_papers_bytes_says_no_store() -> None:
    officer = make_user("case_officer")
    asked = make_in(S.IN_REVIEW, officer=officer)
    add_proofs(asked, (DocumentKind.IDENTITY_PROOF,), officer=officer)
    document = Document.objects.get()
    client = signed_in(officer)

    shown = client.get(reverse("console:document", args=[document.pk]))
    sent = client.post(reverse("console:download_document", args=[document.pk]))

    for answer in (shown, sent):
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
    assert sent["Content-Disposition"].startswith("attachment")
    # Bytes by POST alone: what opens links by itself opens none of them.
    download = reverse("console:download_document", args=[document.pk])
    assert client.get(download).status_code == 405


@pytest.mark.parametrize("page", ["preview_package", "reveal"])
def test_a_fault_in_the_middle_of_values_shows_and_logs_none_of_them(
    page: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """One value of two is damaged: the other was open already when it failed."""
    officer = make_user("case_officer")
    answer = make_production_in(P.PREPARING, officer=officer)
    values = [clear_value(item) for item in answer.items.all()]
    damaged = answer.items.order_by("-pk").first()
    SealedValue.objects.filter(pk=damaged.value_id).update(
        ciphertext=bytes(damaged.value.ciphertext)[:-1] + b"\x00"
    )
    client = signed_in(officer)
    client.raise_request_exception = False
    target = answer if page == "preview_package" else damaged
    form = {
        "version": answer.disclosure_request.version,
        "reason": "checking",
    }

    response = client.post(reverse(f"console:{page}", args=[target.pk]), form)

    assert response.status_code == 500
    assert "no-store" in response["Cache-Control"]
    captured = capfd.readouterr()
    told = response.content.decode() + captured.out + captured.err + caplog.text
    assert "SealBroken" in told
    assert found_in(told.encode(), values) == set()
