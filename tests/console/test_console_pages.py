"""Every action's page: it opens for who may act now, and for nobody else."""

import uuid
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.access import Role, Verb
from disclosure.actions import notice, objections, preservation
from disclosure.actions.instruments import record_instrument
from disclosure.actions.paper.second_looks import Side
from disclosure.console.urls import urlpatterns
from disclosure.console.views.base import ActionView
from disclosure.domain.vocabulary import (
    DocumentKind,
    IdentityField,
    NoticeRule,
    ReferralKind,
)
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.permissions import PERMISSIONS
from tests.console.conftest import signed_in
from tests.console.mishaps import ALONE, WENT_WRONG
from tests.console.outgoing import GOING_OUT
from tests.console.rows import BARE, HOUSE, LOOKING_UP, MAKING_NEW, NUMBERED
from tests.factories import (
    add_proofs,
    make_authority,
    make_in,
    make_production_in,
    make_requester,
    make_review,
    make_user,
    order,
)

pytestmark = pytest.mark.django_db

PAGES = {
    str(pattern.name): pattern.callback.view_class
    for pattern in urlpatterns
    if hasattr(pattern.callback, "view_class")
}
ACTIONS = {
    name: page
    for name, page in PAGES.items()
    if issubclass(page, ActionView) and name not in ALONE
}

#: Where a request must stand for the page of an action to be of use.
REQUEST_AT = {
    "acknowledge": S.RECEIVED,
    "open_review": S.RECEIVED,
    "assign": S.IN_REVIEW,
    "record_facts": S.IN_REVIEW,
    "record_instrument": S.IN_REVIEW,
    "add_document": S.IN_REVIEW,
    "ask_requester": S.IN_REVIEW,
    "complete": S.AWAITING_REQUESTER,
    "evaluate": S.IN_REVIEW,
    "decide": S.IN_REVIEW,
    "reopen": S.DECIDED,
    "prepare": S.DECIDED,
    "return_request": S.IN_REVIEW,
    "refer": S.IN_REVIEW,
    "refer_away": S.IN_REVIEW,
    "withdraw": S.IN_REVIEW,
    "supersede": S.IN_REVIEW,
    "close": S.DECIDED,
    "lapse": S.AWAITING_REQUESTER,
    "place_hold": S.IN_REVIEW,
    "lift_hold": S.IN_REVIEW,
    "purge_unused": S.CLOSED,
    "note": S.IN_REVIEW,
    "report_incident": S.IN_REVIEW,
}
TARGET_AT = {
    "resolve": S.IN_REVIEW,
    "choose_account": S.IN_REVIEW,
    "ask_for_more": S.IN_REVIEW,
    "retry_look_up": S.DECIDED,
    "preserve": S.IN_REVIEW,
    "target_facts": S.IN_REVIEW,
    "look_up": S.DECIDED,
    "enter_holdings": S.DECIDED,
    "upload_holdings": S.DECIDED,
    "plan_notice": S.DECIDED,
    "record_objection": S.IN_REVIEW,
}
PRODUCTION_AT = {
    "request_approval": P.PREPARING,
    "cancel_production": P.PREPARING,
    "approve": P.AWAITING_APPROVAL,
    "return_production": P.AWAITING_APPROVAL,
    "seal": P.AWAITING_APPROVAL,
    "release": P.SEALED,
    "hand_over": P.RELEASED,
    "add_receipt": P.OPENED,
    "recall": P.RELEASED,
    "purge": P.SEALED,
    "open_commitment": P.OPENED,
    "end_notice": P.IN_NOTICE,
    "sign_off": P.AWAITING_APPROVAL,
    "record_seal": P.SEALED,
    "compare_sealed": P.SEALED,
    "despatch": P.RELEASED,
    "came_back": P.RELEASED,
    "make_disc": P.RELEASED,
    "call_back": P.RECALLED,
    "reissue": P.OPENED,
}
OTHERS = (
    "review_document",
    "authenticate_instrument",
    "give_notice",
    "pass_on_notice",
    "show_notice",
    "decide_objection",
    "complete_referral",
    "send_letter",
    "reveal",
    "verify_requester",
    "confirm_verification",
    "suspend_requester",
    "authority",
    *LOOKING_UP,
    *GOING_OUT,
    *WENT_WRONG,
    *HOUSE,
    *MAKING_NEW,
)
#: Pages that show one side of a comparison; the address says which.
ONE_SIDE = frozenset({"open_sealed_side", "open_slip"})


def row_for(name: str) -> Any:
    """Return a row the page is about, where its action is possible."""
    if name in REQUEST_AT:
        return make_in(REQUEST_AT[name])
    if name in TARGET_AT:
        return make_in(TARGET_AT[name]).targets.get()
    if name in PRODUCTION_AT:
        return make_production_in(PRODUCTION_AT[name])
    return MAKERS[name]()


def _document() -> Any:
    officer = make_user("case_officer")
    disclosure_request = make_in(S.IN_REVIEW, officer=officer)
    add_proofs(disclosure_request, (DocumentKind.OWNERSHIP_PROOF,), officer=officer)
    return disclosure_request.documents.get()


def _instrument() -> Any:
    officer = make_user("case_officer")
    return record_instrument(
        make_in(S.IN_REVIEW), order(IdentityField.REAL_NAME), actor=officer
    )


def _notice() -> Any:
    return notice.plan_notice(
        make_in(S.DECIDED).targets.get(),
        NoticeRule.REQUIRED,
        review_on=date(2099, 1, 1),
        actor=make_user("case_officer"),
    )


def _objection() -> Any:
    return objections.record_objection(
        make_in(S.IN_REVIEW).targets.get(),
        grounds="It was not me.",
        actor=make_user("clerk"),
    )


def _referral() -> Any:
    return preservation.refer(
        make_in(S.IN_REVIEW),
        ReferralKind.TAKE_DOWN,
        make_user("clerk"),
        actor=make_user("case_officer"),
    )


def _letter() -> Any:
    return make_in(S.AWAITING_REQUESTER).letters.get(kind="completion_request")


MAKERS = {
    "review_document": _document,
    "send_letter": _letter,
    "authenticate_instrument": _instrument,
    "give_notice": _notice,
    "pass_on_notice": _notice,
    "show_notice": _notice,
    "decide_objection": _objection,
    "complete_referral": _referral,
    "reveal": lambda: make_production_in(P.PREPARING).items.first(),
    "verify_requester": lambda: make_requester(verified=False),
    "confirm_verification": lambda: make_requester(verified=False),
    "suspend_requester": make_requester,
    "authority": make_authority,
    **LOOKING_UP,
    **GOING_OUT,
    **WENT_WRONG,
    **HOUSE,
}

_STAFF = {
    Role.CLERK,
    Role.CASE_OFFICER,
    Role.APPROVER,
    Role.TEAM_LEAD,
    Role.ADMINISTRATOR,
}


def someone_who(verb: Verb) -> Client:
    """Return a browser of a member of the team who holds this permission."""
    role = next(role for role in PERMISSIONS[verb].roles if role in _STAFF)
    return signed_in(make_user(str(role)))


def test_every_action_page_is_tried_here() -> None:
    assert set(ACTIONS) == {*REQUEST_AT, *TARGET_AT, *PRODUCTION_AT, *OTHERS}


# One row serves all three: the auditor's refused attempts must leave the page open.
@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_the_page_opens_for_who_may_act_and_an_auditor_only_reads(name: str) -> None:
    keys = [] if name in MAKING_NEW else [row_for(name).pk]
    address = reverse(f"console:{name}", args=keys)
    auditor = signed_in(make_user("auditor"))
    # Documents are not even listed to an auditor.
    refusal = 404 if name in {"review_document", "mark_slip"} else 403
    assert auditor.get(address).status_code == refusal
    assert auditor.post(address).status_code == refusal
    response = someone_who(ACTIONS[name].verb).get(address)
    assert response.status_code == 200, response.content.decode()[-2000:]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_nobody_outside_the_team_enters(name: str) -> None:
    key = {"found": "x", "reveal": 1, "authority": 1, **NUMBERED}.get(
        name, uuid.uuid4()
    )
    bare = name in {"queue", "intake", "search", "audit", "holidays", *BARE, *ALONE}
    side = [Side.ORIGINAL] if name in ONE_SIDE else []
    address = reverse(f"console:{name}", args=[] if bare else [key, *side])
    sender = make_requester().user
    assert sender is not None
    assert signed_in(sender).get(address).status_code == 403
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize(
    "name", ["request", "trail", "decide", "note", "production", "requester"]
)
def test_an_administrator_sees_no_request(name: str) -> None:
    row: Any = make_in(S.IN_REVIEW)
    if name == "production":
        row = make_production_in(P.PREPARING)
    if name == "requester":
        row = row.requester
    client = signed_in(make_user("administrator"))
    address = reverse(f"console:{name}", args=[row.pk])
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("status", [s for s in S if s != S.DRAFT])
def test_the_request_page_opens_in_every_status_for_every_role(status: S) -> None:
    disclosure_request = make_in(status)
    address = reverse("console:request", args=[disclosure_request.pk])
    for role in ("clerk", "case_officer", "approver", "team_lead", "auditor"):
        client = signed_in(make_user(role))
        for language in ("en", "zh-hans"):
            client.cookies["language"] = language
            response = client.get(address)
            assert response.status_code == 200, (role, language)
            assert disclosure_request.reference in response.content.decode()


@pytest.mark.parametrize("status", list(P))
def test_the_answers_page_opens_in_every_status(status: P) -> None:
    answer = make_production_in(status)
    client = signed_in(make_user("team_lead"))
    assert (
        client.get(reverse("console:production", args=[answer.pk])).status_code == 200
    )
    page = client.get(reverse("console:request", args=[answer.disclosure_request_id]))
    assert page.status_code == 200


def test_a_sender_on_document_review_can_be_looked_at(as_role: Any) -> None:
    client = as_role("case_officer")
    disclosure_request = make_review(officer=client.user)
    page = client.get(reverse("console:request", args=[disclosure_request.pk]))
    assert page.status_code == 200
    requester = reverse("console:requester", args=[disclosure_request.requester_id])
    assert client.get(requester).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "queue",
        "search",
        "audit",
        "holidays",
        "intake",
        "outgoing_register",
    ],
)
def test_the_plain_pages_open(name: str, as_role: Any) -> None:
    make_in(S.IN_REVIEW)
    assert as_role("case_officer").get(reverse(f"console:{name}")).status_code == 200


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        ("clerk", {"intake"}),
        ("case_officer", {"intake", "search"}),
        ("approver", set()),
        ("auditor", set()),
    ],
)
def test_the_menu_offers_what_the_role_may_open(role: str, offered: set[str]) -> None:
    text = signed_in(make_user(role)).get(reverse("console:queue")).content.decode()
    for name in ("intake", "search"):
        assert (f'href="{reverse(f"console:{name}")}"' in text) is (name in offered)
