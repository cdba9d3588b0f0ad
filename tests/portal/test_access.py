"""Nobody reaches what is not theirs: every address, every account, GET and POST."""

import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequesterKind
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import User
from tests.entries import said_of
from tests.factories import (
    make_authority,
    make_draft,
    make_in,
    make_requester,
    make_user,
    produce,
    submit,
)
from tests.portal.steps import court_answer, signed_in, with_factor

pytestmark = pytest.mark.django_db(transaction=True)


def portal_patterns() -> Iterator[tuple[str, set[str]]]:
    """Yield every name of the portal with the arguments its address takes."""
    (portal,) = (
        row
        for row in get_resolver().url_patterns
        if isinstance(row, URLResolver) and row.namespace == "portal"
    )
    yield from _below(portal, set())


def _below(resolver: URLResolver, above: set[str]) -> Iterator[tuple[str, set[str]]]:
    arguments = above | set(resolver.pattern.converters)
    for row in resolver.url_patterns:
        if isinstance(row, URLResolver):
            yield from _below(row, arguments)
        elif isinstance(row, URLPattern):
            yield str(row.name), arguments | set(row.pattern.converters)


ABOUT_ROWS = sorted(name for name, takes in portal_patterns() if "pk" in takes)
#: Addresses that need no account: the code of the notice is the key.
BY_CODE = {"objection", "objection_code", "objection_letter"}


def address(name: str, pk: uuid.UUID) -> str:
    """Return the address of a page about a row."""
    takes = dict(portal_patterns())[name] - {"pk"}
    others = {"document": uuid.uuid4(), "letter": uuid.uuid4(), "key": "abcd1234"}
    kwargs = {"pk": pk} | {key: others[key] for key in takes}
    return reverse(f"portal:{name}", kwargs=kwargs)


@pytest.fixture
def rows() -> dict[str, uuid.UUID]:
    """A draft, a request and an answer, none of them the visitors'."""
    answer = produce(make_in(S.DECIDED, fields=(F.REAL_NAME,)), P.RELEASED)
    return {"draft": make_draft().pk, "request": submit().pk, "answer": answer.pk}


def strangers() -> dict[str, Client]:
    """Return browsers of everybody who is nothing to those rows."""
    other_court = make_authority("海州市西区人民法院")
    unverified = make_requester(
        RequesterKind.COURT, verified=False, authority=make_authority()
    )
    return {
        "another sender": signed_in(make_requester().user),
        "a sender nobody verified": signed_in(make_requester(verified=False).user),
        "no profile": signed_in(make_user()),
        "another court": with_factor(
            make_requester(RequesterKind.COURT, authority=other_court).user
        ),
        "who only says to be the court": with_factor(unverified.user),
        "the reviewer": with_factor(make_user("case_officer")),
        "the team lead": with_factor(make_user("team_lead")),
    }


def test_every_address_about_a_row_answers_404_to_every_stranger(rows):
    """The whole product, so that a new page cannot be forgotten."""
    assert len(ABOUT_ROWS) > 20
    leaks = [
        (who, name, kind, method)
        for who, client in strangers().items()
        for name in ABOUT_ROWS
        for kind, pk in rows.items()
        for method in ("get", "post")
        if getattr(client, method)(address(name, pk)).status_code not in (404, 405)
        and not (name == "objection_code" and method == "get")
    ]
    assert leaks == []


def test_the_owner_reaches_what_strangers_do_not():
    draft = make_draft()
    client = signed_in(draft.requester.user)
    for name in ("draft", "draft_ground", "draft_accounts", "draft_documents"):
        assert client.get(address(name, draft.pk)).status_code == 200, name
    sent = submit(requester=draft.requester)
    for name in ("request", "submitted", "withdraw", "instrument", "add_document"):
        assert client.get(address(name, sent.pk)).status_code == 200, name


def test_a_suspended_account_is_signed_out_at_once():
    sent = submit()
    client = signed_in(sent.requester.user)
    with said_of(sent.requester.user):
        User.objects.filter(pk=sent.requester.user_id).update(
            suspended_at=timezone.now()
        )
    answer = client.get(address("request", sent.pk))
    assert answer["Location"].startswith("/accounts/login/")


def test_without_an_account_every_address_leads_to_the_door(rows):
    for name in set(ABOUT_ROWS) - BY_CODE:
        for pk in (rows["request"], uuid.uuid4()):
            answer = Client().get(address(name, pk))
            assert answer.status_code == 302, name
            assert answer["Location"].startswith("/accounts/login/"), name


def test_the_sender_of_a_request_is_a_stranger_to_an_answer_for_the_court():
    sender = make_requester(RequesterKind.AGENT)
    disclosure_request = submit(requester=sender)
    answer = court_answer(disclosure_request)
    client = signed_in(sender.user)
    for name in ("answer", "answer_open", "answer_download"):
        for method in ("get", "post"):
            got = getattr(client, method)(address(name, answer.pk))
            assert got.status_code in (404, 405)
    page = client.get(reverse("portal:request", args=[disclosure_request.pk]))
    assert str(answer.pk) not in page.content.decode()
    assert "海州市东区人民法院" in page.content.decode()
