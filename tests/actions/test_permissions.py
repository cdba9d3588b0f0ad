"""Every role × verb × status cell, against the hand-kept table beside this file."""

from pathlib import Path

import pytest

from disclosure.access import (
    AccountHolder,
    Role,
    SystemActor,
    Verb,
    can,
    visible_productions,
    visible_requests,
)
from disclosure.domain.vocabulary import IncidentStatus, StaffRole
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import Requester, UserNotice
from tests.entries import said_of
from tests.factories import (
    make_authority,
    make_in,
    make_incident_in,
    make_production_in,
    make_requester,
    make_user,
)

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("permissions.txt")
OF_PRODUCTIONS = frozenset(
    {
        Verb.END_NOTICE,
        Verb.REQUEST_APPROVAL,
        Verb.RETURN_PRODUCTION,
        Verb.APPROVE,
        Verb.SEAL,
        Verb.CANCEL_PRODUCTION,
        Verb.RELEASE,
        Verb.ADD_RECEIPT,
        Verb.HAND_OVER,
        Verb.OPEN_PACKAGE,
        Verb.DOWNLOAD,
        Verb.RECALL,
        Verb.EXPIRE,
        Verb.PURGE,
        Verb.REVEAL_VALUE,
        Verb.PREVIEW_PACKAGE,
        Verb.EXPORT_EVIDENCE,
        Verb.OPEN_COMMITMENT,
        Verb.SIGN_OFF,
        Verb.RECORD_SEAL,
        Verb.COMPARE_SEALED,
        Verb.READ_OUTGOING,
        Verb.TAKE_PRINT_RUN,
        Verb.DESPATCH,
        Verb.RECORD_CAME_BACK,
        Verb.MAKE_DISC,
        Verb.SHOW_DISC_PASSWORD,
        Verb.TELL_DISC_PASSWORD,
        Verb.CALL_BACK,
        Verb.REISSUE,
        Verb.WRITE_CASE_ASSESSMENT,
        Verb.APPROVE_CASE_ASSESSMENT,
    }
)
OF_INCIDENTS = frozenset(
    {
        Verb.WORK_ON_INCIDENT,
        Verb.DECIDE_WAIVER,
        Verb.CLEAR_INCIDENT,
        Verb.REPORT_TO_AUTHORITY,
        Verb.PROPOSE_CLOSING,
        Verb.CLOSE_INCIDENT,
        Verb.REOPEN_INCIDENT,
        Verb.ERASE_INCIDENT,
    }
)


def statuses_for(verb):
    if verb in OF_INCIDENTS:
        return IncidentStatus
    return P if verb in OF_PRODUCTIONS else S


def expected():
    """Return {(verb, status): roles that may} as the file says."""
    lines = [
        line
        for line in TABLE.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    roles = [Role(word) for word in lines[0].split()[2:]]
    cells = {}
    for line in lines[1:]:
        verb, status, *marks = line.split()
        assert len(marks) == len(roles), line
        cells[Verb(verb), status] = {
            role for role, mark in zip(roles, marks, strict=True) if mark == "x"
        }
    return cells


def staff():
    return {Role(role): make_user(role) for role in StaffRole}


def who_can(actors, verb, obj):
    return {role for role, actor in actors.items() if can(actor, verb, obj)}


def test_the_table_has_a_line_for_every_verb_and_status():
    cells = expected()

    assert {verb for verb, _status in cells} == set(Verb)
    for verb in Verb:
        statuses = {status for each, status in cells if each is verb}
        whole = {str(word) for word in statuses_for(verb)}
        assert statuses in ({"-"}, whole), verb


@pytest.mark.parametrize("status", S)
def test_on_a_request(status):
    disclosure_request = make_in(status)
    sender = _account_of(disclosure_request.requester)
    actors = staff() | {
        Role.PORTAL: make_requester().user,
        Role.SENDER: sender,
        Role.ACCOUNT_HOLDER: _holder(disclosure_request),
        Role.SYSTEM: SystemActor("tick"),
    }

    for (verb, at), roles in expected().items():
        if at == status and statuses_for(verb) is S:
            may = who_can(actors, verb, disclosure_request)
            assert may == _with_sender(roles) - {Role.RECIPIENT}, (verb, status)


@pytest.mark.parametrize("status", P)
def test_on_a_production(status):
    production = make_production_in(status)
    if production.recipient_authority:
        recipient = make_requester("court", authority=production.recipient_authority)
    else:
        recipient = production.recipient_requester
    actors = staff() | {
        Role.PORTAL: make_requester().user,
        Role.RECIPIENT: recipient.user,
        Role.SYSTEM: SystemActor("tick"),
    }

    for (verb, at), roles in expected().items():
        if at == status and verb in OF_PRODUCTIONS:
            may = who_can(actors, verb, production)
            assert may == roles - {Role.SENDER, Role.ACCOUNT_HOLDER}, (verb, status)


@pytest.mark.parametrize("status", IncidentStatus)
def test_on_an_incident(status):
    incident = make_incident_in(status)
    actors = staff() | {
        Role.PORTAL: make_requester().user,
        Role.SYSTEM: SystemActor("tick"),
    }

    for (verb, at), roles in expected().items():
        if at == status and verb in OF_INCIDENTS:
            assert who_can(actors, verb, incident) == roles, (verb, status)


def test_without_an_object():
    actors = staff() | {
        Role.PORTAL: make_requester().user,
        Role.SYSTEM: SystemActor("tick"),
    }

    for (verb, status), roles in expected().items():
        may = who_can(actors, verb, None)
        assert may == (roles if status == "-" else set()), verb


def test_nobody_and_the_suspended_may_nothing():
    disclosure_request = make_in(S.IN_REVIEW)
    suspended = make_user("team_lead")
    suspended.suspended_at = disclosure_request.created_at
    left = make_user("team_lead", is_active=False)

    for actor in (None, suspended, left):
        assert not any(can(actor, verb, disclosure_request) for verb in Verb)
        assert not visible_requests(actor).exists()
        assert not visible_productions(actor).exists()


def test_the_preparer_never_approves_whatever_the_role():
    lead = make_user("team_lead")
    production = make_production_in(P.AWAITING_APPROVAL, officer=lead)

    assert not can(lead, Verb.APPROVE, production)
    assert can(make_user("team_lead"), Verb.APPROVE, production)


@pytest.mark.parametrize("fault", ["unverified", "suspended", "of another court"])
def test_only_an_account_in_good_standing_of_that_very_court_opens(fault):
    production = make_production_in(P.RELEASED)
    court = production.recipient_authority
    if fault == "of another court":
        court = make_authority("海州市西区人民法院")
    account = make_requester("court", authority=court)
    assert can(account.user, Verb.OPEN_PACKAGE, production) == (
        fault != "of another court"
    )
    if fault == "unverified":
        Requester.objects.filter(pk=account.pk).update(verified_until=None)
    elif fault == "suspended":
        Requester.objects.filter(pk=account.pk).update(
            suspended_at=production.released_at
        )

    assert not can(account.user, Verb.OPEN_PACKAGE, production)
    assert not visible_productions(account.user).exists()


def test_senders_see_their_own_requests_and_the_desk_no_drafts():
    draft = make_in(S.DRAFT)
    received = make_in(S.RECEIVED)

    assert list(visible_requests(draft.requester.user)) == [draft]
    assert list(visible_requests(make_user("clerk"))) == [received]
    assert not visible_requests(make_user("administrator")).exists()
    assert not visible_requests(make_requester().user).exists()


def _account_of(requester):
    """Give a paper sender an account, as when a court registers later."""
    if requester.user is None:
        requester.user = make_user()
        with said_of(requester):
            requester.save()
    return requester.user


def _holder(disclosure_request):
    target = disclosure_request.targets.first()
    if target is None:
        return None
    row = UserNotice.objects.create(
        disclosure_request=disclosure_request,
        target=target,
        rule="required",
        review_on="2099-01-01",
    )
    return AccountHolder(row.pk)


def _with_sender(roles):
    """A sender is a portal account too."""
    return roles | ({Role.SENDER} if Role.PORTAL in roles else set())
