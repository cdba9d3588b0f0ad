"""Letters on the pages: listed where their reader looks, given by POST alone."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.actions import intake
from disclosure.domain.vocabulary import LetterKind
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.models import AuditEntry, Letter
from tests.console.conftest import signed_in
from tests.factories import (
    make_production_in,
    make_requester,
    make_user,
    register_paper,
    submit,
)

pytestmark = pytest.mark.django_db


def is_letter(response) -> bool:
    return (
        response.status_code == 200
        and response.content.startswith(b"%PDF")
        and "no-store" in response["Cache-Control"]
        and response["Content-Disposition"].startswith("attachment")
    )


def reads(letter: Letter) -> int:
    rows = AuditEntry.objects.filter(subject=f"letter:{letter.pk}")
    return rows.filter(action="letter.read").count()


def test_the_desk_finds_the_letter_on_the_request_page_and_records_the_post():
    disclosure_request = register_paper()
    clerk = make_user("clerk")
    intake.acknowledge(disclosure_request, actor=clerk)
    letter = disclosure_request.letters.get()
    client = signed_in(clerk)
    page = reverse("console:request", args=[disclosure_request.pk])
    address = reverse("console:read_letter", args=[letter.pk])

    body = client.get(page).content.decode()
    assert address in body
    assert client.get(address).status_code == 405
    assert is_letter(client.post(address))
    assert reads(letter) == 1

    posted = reverse("console:send_letter", args=[letter.pk])
    assert posted in body
    disclosure_request.refresh_from_db(fields=["version"])
    client.post(
        posted,
        {"tracking_number": "EA 1", "version": disclosure_request.version},
    )
    letter.refresh_from_db()
    assert letter.sent_by == clerk
    assert "EA 1" in client.get(page).content.decode()


def test_an_auditor_gets_no_letter():
    letter = submit().letters.get()
    client = signed_in(make_user("auditor"))

    response = client.post(reverse("console:read_letter", args=[letter.pk]))

    assert response.status_code == 403
    assert reads(letter) == 0


def test_a_sender_finds_their_letters_among_the_papers():
    disclosure_request = submit()
    letter = disclosure_request.letters.get()
    client = signed_in(disclosure_request.requester.user)
    address = reverse("portal:letter", args=[disclosure_request.pk, letter.pk])

    body = client.get(
        reverse("portal:request", args=[disclosure_request.pk])
    ).content.decode()
    assert address in body
    assert client.get(address).status_code == 405
    assert is_letter(client.post(address))
    assert reads(letter) == 1


def test_somebody_else_finds_none():
    disclosure_request = submit()
    letter = disclosure_request.letters.get()
    client = signed_in(make_requester().user)

    response = client.post(
        reverse("portal:letter", args=[disclosure_request.pk, letter.pk])
    )

    assert response.status_code == 404
    assert reads(letter) == 0


def test_an_account_holder_reads_the_notice_after_the_code():
    disclosure_request = make_production_in(P.IN_NOTICE).disclosure_request
    given = disclosure_request.notices.get()
    letter = disclosure_request.letters.get(
        kind=LetterKind.NOTICE_TO_ACCOUNT_HOLDER, language="zh"
    )
    client = Client()
    address = reverse("portal:objection_letter", args=[given.pk, letter.pk])
    assert client.post(address).status_code == 404

    session = client.session
    session["objection_notices"] = [str(given.pk)]
    session.save()

    body = client.get(reverse("portal:objection", args=[given.pk])).content.decode()
    assert re.search(re.escape(address), body)
    assert is_letter(client.post(address))
    assert reads(letter) == 1
    receipt = disclosure_request.letters.get(kind=LetterKind.ACKNOWLEDGEMENT)
    other = reverse("portal:objection_letter", args=[given.pk, receipt.pk])
    assert client.post(other).status_code == 404
