"""What the manual says is what the program does."""

import json
import re

import pytest
from django.conf import settings

from disclosure.domain.vocabulary import AbsenceReason, ValueSource, VerificationStatus
from disclosure.holdings import (
    errors,
    http_configuration,
    sql_configuration,
    sql_fields,
)
from disclosure.holdings.http_messages import SCHEMAS, validator

DOCS = settings.BASE_DIR / "docs"
MANUAL = (DOCS / "holdings.md").read_text(encoding="utf-8")
AGREEMENT = (DOCS / "holdings-http.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json (\S+)\n(.*?)```", AGREEMENT, re.DOTALL)
QUOTED = set(re.findall(r"`([^`\n]+)`", MANUAL))


@pytest.mark.parametrize(("name", "text"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_each_example_follows_its_schema(name, text):
    validator(name).validate(json.loads(text))


def test_each_schema_has_an_example():
    assert {name for name, _text in EXAMPLES} == {
        path.stem for path in SCHEMAS.glob("*.json")
    }


def test_every_key_is_explained():
    keys = {*sql_configuration._KEYS, *http_configuration._KEYS}
    keys |= set(sql_fields.FIELD_KEYS)
    sections = {"account", "resolve", "groups", "preserve"}
    explained = {word for text in QUOTED for word in re.findall(r"[a-z_]+", text)}
    assert keys - sections - explained == set()
    assert all(f"[{name}" in MANUAL for name in sections)


def test_every_word_and_every_fault_is_explained():
    words = {*AbsenceReason, *ValueSource, *VerificationStatus}
    assert {str(word) for word in words} - QUOTED == set()
    # Faults of setting a service up, and a person's part, are told elsewhere.
    elsewhere = {
        "connector_failed",
        "connector_person_needed",
        "connector_reverse_barred",
    }
    codes = {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.ConnectorError)
    }
    of_connectors = {code for code in codes if code.startswith("connector_")}
    assert of_connectors - QUOTED - elsewhere == set()
