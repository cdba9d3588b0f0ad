"""Second factor, reader's zone and language, refusals as pages."""

from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from disclosure.access import AccessDenied, NotNow, Verb
from disclosure.actions.base import Impossible, InvalidInput, StaleVersion
from disclosure.domain.vocabulary import STATE_REQUESTERS, RequesterKind, StaffRole
from disclosure.keys.errors import KeyStoreSealed, SealBroken
from disclosure.middleware import SETUP_PAGES, RefusalMiddleware, reader_zone
from disclosure.models import Requester, User
from disclosure.portal.second_factor import MfaAdapter
from tests.entries import say

PASSWORD_PAGE = "/accounts/password/change/"
SETUP_PAGE = "/accounts/2fa/totp/activate/"


def sign_in(client: Client, **attributes: Any) -> User:
    """Make an account and sign it in with a password only."""
    user = User.objects.create_user("reader@example.com", "x", **attributes)
    say(user)
    client.force_login(user)
    return user


def give_second_factor(user: User) -> TOTP:
    """Set up an authenticator app for the account."""
    return TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(StaffRole))
def test_staff_get_nowhere_without_a_second_factor(
    client: Client, role: StaffRole
) -> None:
    user = sign_in(client, staff_role=role)
    response = client.get(PASSWORD_PAGE)
    assert (response.status_code, response["Location"]) == (302, SETUP_PAGE)
    give_second_factor(user)
    assert client.get(PASSWORD_PAGE).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(RequesterKind))
def test_courts_and_authorities_need_one_others_may_have_one(
    client: Client, kind: RequesterKind
) -> None:
    user = sign_in(client)
    say(Requester.objects.create(user=user, kind=kind, name="Sample"))
    status = client.get(PASSWORD_PAGE).status_code
    assert status == (302 if kind in STATE_REQUESTERS else 200)


@pytest.mark.django_db
def test_the_way_out_stays_open(client: Client) -> None:
    sign_in(client, staff_role=StaffRole.CLERK)
    assert client.get("/accounts/logout/").status_code == 200
    assert "account_change_password" not in SETUP_PAGES


@pytest.mark.django_db
def test_recovery_codes_alone_are_no_second_factor(client: Client) -> None:
    user = sign_in(client, staff_role=StaffRole.CLERK)
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.RECOVERY_CODES, data={}
    )
    assert client.get(PASSWORD_PAGE).status_code == 302


@pytest.mark.django_db
def test_the_compulsory_factor_cannot_be_removed(client: Client) -> None:
    user = sign_in(client, staff_role=StaffRole.APPROVER)
    instance = give_second_factor(user).instance
    assert MfaAdapter().can_delete_authenticator(instance) is False
    user.staff_role = ""
    assert MfaAdapter().can_delete_authenticator(instance) is True


@pytest.mark.django_db
def test_the_secret_of_a_factor_is_not_in_the_database(client: Client) -> None:
    user = sign_in(client)
    give_second_factor(user)
    stored = Authenticator.objects.get(user=user).data["secret"]
    assert "JBSWY3DP" not in stored
    assert MfaAdapter().decrypt(stored) == "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_a_secret_opens_with_an_earlier_key_and_never_with_a_wrong_one(
    settings: Any,
) -> None:
    sealed = MfaAdapter().encrypt("JBSWY3DPEHPK3PXP")
    earlier = settings.KEY_ENCRYPTION_KEY
    settings.KEY_ENCRYPTION_KEY = "n" * 40
    with pytest.raises(SealBroken):
        MfaAdapter().decrypt(sealed)
    settings.KEY_ENCRYPTION_KEY_FALLBACKS = [earlier]
    assert MfaAdapter().decrypt(sealed) == "JBSWY3DPEHPK3PXP"


@pytest.mark.django_db
def test_a_suspended_person_is_signed_out_at_once(client: Client) -> None:
    user = sign_in(client)
    assert client.get(PASSWORD_PAGE).status_code == 200
    user.suspended_at = timezone.now()
    user.save()
    response = client.get(PASSWORD_PAGE)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("cookie", "profile", "zone"),
    [
        ("Europe/Berlin", "Asia/Tokyo", "Europe/Berlin"),
        ("Europe%2FBerlin", None, "Europe/Berlin"),
        ("", "Asia/Tokyo", "Asia/Tokyo"),
        ("", None, "Asia/Shanghai"),
        ("../../etc/passwd", "Asia/Tokyo", "Asia/Tokyo"),
        ("Mars/Olympus", "Mars/Olympus", "Asia/Shanghai"),
    ],
)
def test_the_zone_is_the_browsers_then_the_profiles_then_the_legal_one(
    rf: RequestFactory, cookie: str, profile: str | None, zone: str
) -> None:
    request = rf.get("/")
    if cookie:
        request.COOKIES["time_zone"] = cookie
    user = User(time_zone=profile) if profile is not None else None
    assert reader_zone(request, user).key == zone


@pytest.mark.django_db
def test_the_profiles_language_counts_until_one_is_chosen(client: Client) -> None:
    sign_in(client, language="en")
    assert client.get(PASSWORD_PAGE)["Content-Language"] == "en"
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/"})
    assert client.get(PASSWORD_PAGE)["Content-Language"] == "zh-hans"


def refuse(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """Hand an exception to the middleware as Django would."""
    return RefusalMiddleware(lambda _request: HttpResponse()).process_exception(
        request, exception
    )


@pytest.mark.parametrize(
    ("exception", "status"),
    [
        (AccessDenied(Verb.DECIDE), 403),
        (NotNow(Verb.DECIDE, None), 409),
        (StaleVersion(), 409),
        (Impossible(message=_("This is <b>not</b> possible.")), 409),
        (InvalidInput(_("Not a date."), field="due", code="date"), 400),
    ],
)
def test_a_refusal_is_a_page_in_its_own_words(
    rf: RequestFactory, exception: Any, status: int
) -> None:
    response = refuse(rf.get("/"), exception)
    assert response is not None
    assert response.status_code == status
    assert "<b>" not in response.text
    words = str(exception.message).replace("<b>", "&lt;b&gt;")
    assert words.replace("</b>", "&lt;/b&gt;") in response.text


@pytest.mark.parametrize("is_staff", [True, False])
def test_a_key_store_out_of_reach_is_explained_and_its_cause_kept_inside(
    rf: RequestFactory, is_staff: bool
) -> None:
    request = rf.get("/")
    request.user = SimpleNamespace(is_staff=is_staff, is_authenticated=False)
    exception = KeyStoreSealed()

    with translation.override("en"):
        response = refuse(request, exception)

    assert response is not None
    assert response.status_code == 503
    assert "nothing was lost. Try again" in response.text
    assert ("unseal" in response.text) is is_staff


@pytest.mark.parametrize("exception", [SealBroken(), ValueError("fault")])
def test_a_fault_of_ours_stays_an_error(
    rf: RequestFactory, exception: Exception
) -> None:
    assert refuse(rf.get("/"), exception) is None


@pytest.fixture(autouse=True)
def _english(client: Client) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
