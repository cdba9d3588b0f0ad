"""`manage.py rotate_keys` finishes a change of the key-encryption key."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.management import CommandError, call_command
from django.test import Client

from disclosure.access import SystemActor
from disclosure.actions.house.second_factors import reseal_second_factors
from disclosure.keys import configured
from disclosure.models import AuditEntry
from tests.factories import make_user

pytestmark = pytest.mark.django_db

OLD = "a-made-up-secret-of-enough-characters-1"
NEW = "a-made-up-secret-of-enough-characters-2"


@pytest.fixture
def store_under_old_secret(settings, tmp_path):
    settings.KEY_STORE_DIR = tmp_path / "keys"
    settings.KEY_ENCRYPTION_KEY = OLD
    settings.KEY_ENCRYPTION_KEY_FALLBACKS = []
    configured.key_store().create("one.values")
    configured.key_store().create("one.evidence")
    return settings


def rotate():
    output = StringIO()
    call_command("rotate_keys", stdout=output)
    return output.getvalue()


def test_every_key_is_wrapped_anew_once(store_under_old_secret):
    store_under_old_secret.KEY_ENCRYPTION_KEY = NEW
    store_under_old_secret.KEY_ENCRYPTION_KEY_FALLBACKS = [OLD]

    assert "Keys wrapped anew: 2\n" in rotate()
    assert "Keys wrapped anew: 0\n" in rotate()

    store_under_old_secret.KEY_ENCRYPTION_KEY_FALLBACKS = []
    assert configured.key_store().exists("one.values")
    configured.key_store().load("one.values")


def test_without_the_old_secret_it_says_so_and_changes_nothing(store_under_old_secret):
    store_under_old_secret.KEY_ENCRYPTION_KEY = NEW

    with pytest.raises(CommandError, match="key_encryption_key_missing"):
        rotate()

    store_under_old_secret.KEY_ENCRYPTION_KEY = OLD
    configured.key_store().load("one.values")


SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def sign_in(user, code):
    """Sign in with password and code, as a person does; return where that leads."""
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": "p-1-word"})
    answer = client.post("/accounts/2fa/authenticate/", {"code": code})
    return answer.status_code, client.session.get("_auth_user_id")


def test_a_second_factor_outlives_the_key_it_was_set_up_under(store_under_old_secret):
    """App and recovery codes: before, while both secrets are there, and after."""
    user = make_user("clerk")
    user.set_password("p-1-word")
    user.save()
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    TOTP.activate(user, SECRET)
    codes = RecoveryCodes.activate(user).get_unused_codes()
    store_under_old_secret.KEY_ENCRYPTION_KEY = NEW
    store_under_old_secret.KEY_ENCRYPTION_KEY_FALLBACKS = [OLD]
    before = dict(Authenticator.objects.get(user=user, type="totp").data)

    assert "Second factors sealed anew: 2\n" in rotate()
    assert "Second factors sealed anew: 0\n" in rotate()
    entry = AuditEntry.objects.get(action="keys.second_factors_resealed")
    assert b'"count":2' in bytes(entry.leaf)
    assert Authenticator.objects.get(user=user, type="totp").data != before

    store_under_old_secret.KEY_ENCRYPTION_KEY_FALLBACKS = []
    code = format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))
    assert sign_in(user, "000000")[1] is None
    assert sign_in(user, code) == (302, str(user.pk))
    assert sign_in(user, codes[0]) == (302, str(user.pk))


def test_a_second_factor_that_no_secret_opens_is_kept_and_said(store_under_old_secret):
    TOTP.activate(make_user("clerk"), SECRET)
    store_under_old_secret.KEY_ENCRYPTION_KEY = NEW
    store_under_old_secret.KEY_ENCRYPTION_KEY_FALLBACKS = []
    before = list(Authenticator.objects.values_list("data", flat=True))

    result = reseal_second_factors(actor=SystemActor("rotate_keys"))

    assert (result.anew, result.unreadable) == (0, 1)
    assert list(Authenticator.objects.values_list("data", flat=True)) == before
