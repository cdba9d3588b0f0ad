"""The codes stand on the demo's mailbox page, and nowhere in production."""

import re

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
    validate_totp_code,
)
from django.test import Client

from disclosure.portal.demo_codes import current_code
from tests.factories import make_user


@pytest.mark.django_db
def test_the_mailbox_page_shows_a_code_that_holds(client: Client, settings) -> None:
    settings.MODE = "demo"
    with_factor = make_user("clerk", email="clerk@example.com")
    make_user(email="sender@example.org")
    secret = generate_totp_secret()
    TOTP.activate(with_factor, secret)

    text = client.get("/mailbox/").text

    (code,) = re.findall(r"<code>(\d{6})</code>", text)
    assert validate_totp_code(secret, code)
    assert "clerk@example.com" in text
    assert "sender@example.org" not in text


@pytest.mark.django_db
def test_production_never_tells_a_second_factor(settings) -> None:
    user = make_user("clerk", email="clerk@example.com")
    TOTP.activate(user, generate_totp_secret())
    settings.PRODUCTION = True

    with pytest.raises(RuntimeError, match="never told"):
        current_code(user)
