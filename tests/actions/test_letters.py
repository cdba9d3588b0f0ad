"""Letters are written where the step happens, filed once, and read by whom they are to."""

import io
import json
import re
from datetime import date, timedelta

import pypdfium2
import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from disclosure.access import AccessDenied, AccountHolder, SystemActor, visible_letters
from disclosure.actions import completion, intake, jobs, letters, notice, preservation
from disclosure.actions.base import Impossible
from disclosure.actions.preservation_letters import QUIET
from disclosure.domain.vocabulary import (
    IdentifierType,
    IdentityField,
    LetterChannel,
    LetterKind,
    LetterRecipient,
    NoticeRule,
    RequesterKind,
)
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.files.storage import open_stored
from disclosure.models import (
    AuditEntry,
    DisclosureRequest,
    Document,
    LegalEntity,
    Letter,
    OutboxMessage,
    Preservation,
    UserNotice,
)
from tests.factories import (
    MISSING_SEAL,
    make_in,
    make_intake,
    make_production_in,
    make_requester,
    make_review,
    make_target,
    make_user,
    order,
    register_paper,
    submit,
)

pytestmark = pytest.mark.django_db
K = LetterKind


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    words = "".join(page.get_textpage().get_text_bounded() for page in pages)
    return re.sub(r"\s", "", words)


def only(disclosure_request: DisclosureRequest, kind: LetterKind) -> Letter:
    return disclosure_request.letters.get(kind=kind)


def words_of(letter: Letter) -> list[str]:
    subject = f"letter:{letter.pk}"
    rows = AuditEntry.objects.filter(subject=subject).order_by("stream_seq")
    return list(rows.values_list("action", flat=True))


def number_letters(prefix: str = "云港法函") -> None:
    LegalEntity.objects.filter(code="ours").update(document_prefix=prefix)


def test_a_receipt_to_a_court_bears_its_number_and_names_what_was_received():
    disclosure_request = register_paper()
    number_letters()
    clerk = make_user("clerk")

    intake.acknowledge(disclosure_request, actor=clerk)
    letter = only(disclosure_request, K.ACKNOWLEDGEMENT)
    text = text_of(letters.read_letter(letter, actor=clerk))

    year = timezone.localdate().year
    assert str(letter.number) == f"云港法函〔{year}〕1号"
    for said in ("收件回执", str(letter.number), str(disclosure_request), "特此函告"):
        assert said in text
    assert letter.recipient == LetterRecipient.AUTHORITY
    assert letter.language == "zh"



def test_a_private_letter_carries_the_reference_and_no_number():
    disclosure_request = submit()
    number_letters()

    letter = only(disclosure_request, K.ACKNOWLEDGEMENT)
    text = text_of(letters.read_letter(letter, actor=disclosure_request.requester.user))

    assert letter.number is None
    assert letter.language == "en"
    assert str(disclosure_request) in text
