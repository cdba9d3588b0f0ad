"""`manage.py rotate_keys` finishes a change of the key-encryption key."""

from io import StringIO

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command

from disclosure.keys import configured
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

    assert rotate() == "Keys wrapped anew: 2\n"
    assert rotate() == "Keys wrapped anew: 0\n"

    store_under_old_secret.KEY_ENCRYPTION_KEY_FALLBACKS = []
    assert configured.key_store().exists("one.values")
    configured.key_store().load("one.values")


def test_without_the_old_secret_it_says_so_and_changes_nothing(store_under_old_secret):
    store_under_old_secret.KEY_ENCRYPTION_KEY = NEW

    with pytest.raises(CommandError, match="key_encryption_key_missing"):
        rotate()

    store_under_old_secret.KEY_ENCRYPTION_KEY = OLD
    configured.key_store().load("one.values")


def test_second_factors_that_still_need_the_old_secret_are_counted(
    store_under_old_secret,
):
    """Whoever dropped the old secret then would lock their owners out."""
    for user in (make_user("clerk"), make_user("approver")):
        TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert "Second factors" not in rotate()
    store_under_old_secret.KEY_ENCRYPTION_KEY = NEW
    store_under_old_secret.KEY_ENCRYPTION_KEY_FALLBACKS = [OLD]

    TOTP.activate(make_user("team_lead"), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")

    assert "Second factors under an earlier secret: 2. Keep it" in rotate()
