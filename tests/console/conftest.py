"""Members of the team, signed in with their second factor."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from disclosure.models import User
from tests.factories import make_user


def signed_in(user: User) -> Client:
    """Return a browser in which this person is signed in, second factor and all."""
    Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {}}
    )
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def as_role() -> Callable[[str], Client]:
    """Return a maker of browsers by role; the person is `client.user`."""

    def make(role: str) -> Client:
        user = make_user(role)
        client = signed_in(user)
        setattr(client, "user", user)  # noqa: B010 -- the client has no such field
        return client

    return make
