"""No leaf holds a word that a person wrote or is known by (a leaf outlives erasure).

What a person wrote is found, not listed: every column of text in any table counts as
personal unless it is named below as holding codes. A new column is looked for as soon
as it is there.
"""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from disclosure.actions.keeping.vault import clear_identifier
from disclosure.actions.proof.values import clear_value
from disclosure.domain.vocabulary import IncidentStatus
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import AuditEntry, ProducedItem, TargetAccount
from tests.factories import make_in, make_incident_in, make_production_in

pytestmark = pytest.mark.django_db

#: Tables that tell of no person: the trail itself, law, calendars, framework.
IMPERSONAL_TABLES = {
    *("auditentry", "auditstream", "auditleaf", "auditnode", "auditcheckpoint"),
    *("audittimestamp", "rulebookversion", "calendarday", "heartbeat"),
}
#: Columns that hold codes, hashes or names of ours; the leaf may repeat them.
CODES = {
    *("stream", "rule", "rulebook", "code", "reason_code", "citation", "sha256"),
    *("package_sha256", "contents_sha256", "storage_name", "package_name", "kind"),
    *("dedupe_key", "system", "field", "version", "language", "media_type"),
    *("reference", "label", "regime", "status", "result", "fingerprint", "gate"),
}
_SHAPE_OF_CODE = re.compile(r"[a-z_]{1,30}|[0-9a-f]{64}|\d{1,4}")


def personal_texts() -> Iterator[tuple[str, str]]:
    """Yield every text of a personal column, with its place, and every opened value."""
    for model in apps.get_app_config("disclosure").get_models():
        if model._meta.model_name in IMPERSONAL_TABLES:
            continue
        for column in model._meta.concrete_fields:
            if is_personal(column):
                place = f"{model._meta.model_name}.{column.name}"
                for text in model._default_manager.values_list(column.name, flat=True):
                    yield from ((place, part) for part in parts_of(text))
    for target in TargetAccount.objects.all():
        yield "identifier", clear_identifier(target)
    for item in ProducedItem.objects.exclude(production__status=P.PURGED):
        yield "value", clear_value(item)


def is_personal(column: models.Field) -> bool:
    if isinstance(column, ArrayField):
        column = column.base_field
    is_text = isinstance(column, models.CharField | models.TextField)
    return is_text and not column.choices and column.name not in CODES


def parts_of(text: object) -> Iterator[str]:
    for part in text if isinstance(text, list) else [text]:
        if isinstance(part, str) and len(part) > 3 and not is_code(part):
            yield part


def is_code(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return bool(_SHAPE_OF_CODE.fullmatch(text))
    return True


def test_whatever_happened_no_leaf_repeats_what_a_person_wrote() -> None:
    make_in(S.AWAITING_REQUESTER)
    for status in (P.IN_NOTICE, P.RECALLED, P.PURGED):
        make_production_in(status)
    make_incident_in(IncidentStatus.CLOSED)

    leaves = {
        entry.pk: (entry.action, bytes(entry.leaf))
        for entry in AuditEntry.objects.all()
    }
    texts = set(personal_texts())
    places = {place for place, _text in texts}
    # The oracle has eyes: it saw names, mails, grounds, notes and values.
    assert {"user.name", "user.email", "requester.name", "value"} <= places
    assert "disclosurerequest.ground" in places
    assert len(places) > 25, sorted(places)

    found = {
        (place, action)
        for place, text in texts
        for action, leaf in leaves.values()
        if text.encode() in leaf
    }
    assert found == set()
    assert len({action for action, _leaf in leaves.values()}) > 35
