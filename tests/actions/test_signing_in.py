"""Sign-ins, good and bad, are entries; addresses are not."""

import json

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from disclosure.actions.house.signing_in import WORDS
from disclosure.models import AuditEntry
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def leaves(stream_prefix):
    rows = AuditEntry.objects.filter(stream__startswith=stream_prefix).order_by("pk")
    return [json.loads(bytes(row.leaf)) for row in rows]


def sign_in(client, email, password):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def test_a_sign_in_is_an_entry_of_the_person(client):
    person = make_user()
    EmailAddress.objects.create(
        user=person, email=person.email, verified=True, primary=True
    )

    sign_in(client, person.email, "long-enough-1")

    assert [leaf["action"] for leaf in leaves(f"user:{person.pk}")] == [
        "user.signed_in"
    ]


def test_a_wrong_password_is_an_entry_of_whom_it_was_tried_for(client):
    person = make_user()

    sign_in(client, person.email, "wrong-password-1")

    (leaf,) = leaves(f"user:{person.pk}")
    assert leaf["action"] == "user.sign_in_failed"
    assert leaf["actor"]["kind"] == "nobody"


def test_an_unknown_address_is_recorded_without_the_address(client):
    sign_in(client, "nobody-here@example.org", "wrong-password-1")
    sign_in(client, "Nobody-Here@example.org", "wrong-password-2")

    first, second = leaves("address:")
    assert first["object"] == second["object"]
    assert b"nobody-here" not in b"".join(
        bytes(row.leaf).lower() for row in AuditEntry.objects.all()
    )


def test_every_signal_has_its_word_and_is_connected():
    for word, signal in WORDS.items():
        assert any(f"audit:{word}" in str(key) for key, *_rest in signal.receivers)
