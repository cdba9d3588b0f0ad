"""An approval is of these contents: whatever changes after it, nothing is sealed.

The changes are made past every action, straight in the tables, as a path nobody
thought of would make them; what actions do about changes has its own tests.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, transaction

from disclosure.actions import production
from disclosure.actions.base import Impossible
from disclosure.actions.keeping.vault import seal_cell, values_key
from disclosure.actions.making import sealing
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.keys.errors import SealBroken
from disclosure.models import (
    FieldDisposition,
    Instrument,
    IssuingAuthority,
    LegalEntity,
    ProducedItem,
    Production,
    SealedValue,
    TargetAccount,
    User,
)
from disclosure.packages.errors import PackageMismatch
from tests.factories import make_in, make_user, produce, sign_off

pytestmark = pytest.mark.django_db

Change = Callable[[Production], object]


def row(answer: Production):
    return Production.objects.filter(pk=answer.pk)


def dispositions(answer: Production):
    return FieldDisposition.objects.filter(production=answer, is_current=True)


def first_item(answer: Production) -> ProducedItem:
    return ProducedItem.objects.filter(production=answer, is_current=True)[0]


def another_value(answer: Production) -> None:
    """Put other bytes into the cell of an approved value."""
    value = first_item(answer).value
    sealed = seal_cell(
        values_key(answer.disclosure_request_id),
        "sealedvalue",
        "ciphertext",
        value.pk,
        "Somebody Else",
    )
    SealedValue.objects.filter(pk=value.pk).update(ciphertext=sealed)


def one_more_value(answer: Production) -> None:
    """Let an item that was composed out come back."""
    item = first_item(answer)
    kept = SealedValue.objects.get(pk=item.value_id)
    extra = SealedValue.objects.create(
        holding=kept.holding,
        observed_at=None,
        fetched_at=kept.fetched_at,
        ciphertext=b"",
    )
    ProducedItem.objects.create(
        production=answer,
        decision=item.decision,
        target=item.target,
        field=item.field,
        value=extra,
    )


CHANGES: dict[str, Change] = {
    "a value is another": another_value,
    "a value more": one_more_value,
    "a value fewer": lambda a: ProducedItem.objects.filter(pk=first_item(a).pk).update(
        is_current=False
    ),
    "a field's end": lambda a: dispositions(a).update(disposition="barred"),
    "a field's reason": lambda a: dispositions(a).update(reason_zh="另有理由"),
    "a field's citation": lambda a: dispositions(a).update(citation_zh="另有依据"),
    "a field's end is gone": lambda a: dispositions(a).update(is_current=False),
    "the recipient": lambda a: row(a).update(
        recipient_authority=IssuingAuthority.objects.create(
            name="海州市西区人民法院", kind="court"
        )
    ),
    "the recipient's name": lambda a: IssuingAuthority.objects.update(
        name="海州市西区人民法院"
    ),
    "the recipient's address": lambda a: IssuingAuthority.objects.update(
        address="海州市样本路1号"
    ),
    "the note": lambda a: row(a).update(note="补充说明"),
    "the search statement": lambda a: row(a).update(search_statement="已检索"),
    "the date": lambda a: row(a).update(dated_on="2020-01-01"),
    "the language": lambda a: row(a).update(language="en"),
    "the document named": lambda a: Instrument.objects.update(ref="（2026）海0199号"),
    "the account named": lambda a: TargetAccount.objects.update(identifier="other"),
    "who answers": lambda a: LegalEntity.objects.update(name_zh="别家公司"),
    "what was approved": lambda a: row(a).update(contents_sha256="0" * 64),
    "the approval": lambda a: a.approvals.update(contents_sha256="0" * 64),
    "the approver": lambda a: a.approvals.update(approver=a.prepared_by),
}


@pytest.fixture
def approved() -> tuple[Production, User]:
    """An answer to a court that was approved and waits to be sealed."""
    officer = make_user("case_officer")
    asked = make_in(S.DECIDED, officer=officer, fields=(F.REAL_NAME, F.EMAIL))
    answer = produce(asked, P.AWAITING_APPROVAL, officer=officer)
    production.approve(
        answer, contents_sha256=answer.contents_sha256, actor=make_user("approver")
    )
    return sign_off(answer), officer


@contextmanager
def undone() -> Iterator[None]:
    """Roll back what is done here: the next change meets the approved answer."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def refused_by_table(change: Change, answer: Production) -> bool:
    """Make a change; say whether the table itself would not have it."""
    try:
        with transaction.atomic():
            change(answer)
    except DatabaseError:
        return True
    return False


def seals(answer: Production, officer: User) -> bool:
    try:
        sealing.seal(Production.objects.get(pk=answer.pk), actor=officer)
    except (PackageMismatch, SealBroken):
        # It could not even be built: the parts of it contradict each other.
        return False
    except Impossible as refused:
        if refused.code not in {"contents_changed", "approval_missing"}:
            raise
    return bool(Production.objects.get(pk=answer.pk).status == P.SEALED)


def test_no_change_after_the_approval_is_sealed(
    approved: tuple[Production, User],
) -> None:
    answer, officer = approved
    sealed_after, by_table = [], []
    for name, change in CHANGES.items():
        with undone():
            if refused_by_table(change, answer):
                by_table.append(name)
            elif seals(answer, officer):
                sealed_after.append(name)

    assert sealed_after == []
    # The tables refuse some outright; the rest reached the sealing and no further.
    assert len(by_table) < len(CHANGES) / 2, by_table
    # Nothing was wrong with it but the changes.
    assert seals(answer, officer)
