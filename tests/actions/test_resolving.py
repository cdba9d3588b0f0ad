"""Which account is meant: nobody guesses alone, and nobody outside learns anything."""

import pytest
from django.db import IntegrityError, transaction

from disclosure.access import AccessDenied
from disclosure.actions.base import Impossible, InvalidInput
from disclosure.actions.finding import choosing
from disclosure.actions.finding.resolving import found_accounts, resolve_target
from disclosure.actions.keeping.stating import commit_reason
from disclosure.audit.canonical import read_leaf
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    HoldingTaskKind,
    IdentifierType,
    RequesterKind,
)
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.holdings.contract import AccountRef, ResolveQuery
from disclosure.holdings.errors import PersonNeeded, ReverseLookUpBarred
from disclosure.holdings.guard import guarded
from disclosure.models import AuditEntry, HoldingTask, OutboxMessage, TargetAccount
from tests.factories import (
    make_authority,
    make_in,
    make_intake,
    make_requester,
    make_target,
    make_user,
    record_order,
    register_paper,
    submit,
)
from tests.scripted_connector import ScriptedConnector, scripted, write

pytestmark = pytest.mark.django_db

TWO = {"v-1": "2026-12-31", "v-2": None}
REVERSE = (IdentifierType.ID_NUMBER, IdentifierType.NAME_AND_ID_NUMBER)


@pytest.fixture
def officer():
    return make_user("case_officer")


@pytest.fixture
def two(settings, tmp_path):
    """Make the service name two accounts."""
    settings.HOLDINGS_CONNECTORS = {"video": scripted(tmp_path, accounts=TWO)}
    return tmp_path


def target_of(officer, status=S.IN_REVIEW) -> TargetAccount:
    return make_in(status, officer=officer).targets.get()


def choose(target, officer, ref="v-1", reason="Only this one posted it."):
    return choosing.choose_account(
        target, AccountRef("video", ref), reason=reason, actor=officer
    )


def last_entry(target, action):
    entry = AuditEntry.objects.filter(
        stream=target.disclosure_request.stream, action=action
    ).latest("stream_seq")
    return read_leaf(bytes(entry.leaf)), bytes(entry.leaf)


def test_several_accounts_resolve_nothing_until_a_second_person_says_so(two, officer):
    target = target_of(officer)
    resolve_target(target, actor=officer)
    target.refresh_from_db()
    assert target.account_ref == ""
    assert [each.ref for each in found_accounts(target)] == ["v-1", "v-2"]

    choice = choose(target, officer)
    target.refresh_from_db()
    assert target.account_ref == ""
    with pytest.raises(Impossible) as own:
        choosing.confirm_account(choice, actor=officer)
    assert own.value.code == "own_choice"

    choosing.confirm_account(choice, actor=make_user("approver"))
    target.refresh_from_db()
    assert target.account_ref == "v-1"
    assert target.account_status == "active"
    assert str(target.retention_ends_on) == "2026-12-31"


def test_the_table_itself_wants_a_second_person(two, officer):
    target = target_of(officer)
    choice = choose(target, officer)

    with (
        pytest.raises(IntegrityError, match="choice_confirmed_by_another"),
        transaction.atomic(),
    ):
        type(choice).objects.filter(pk=choice.pk).update(
            outcome="confirmed", settled_by=officer, settled_at=choice.chosen_at
        )


def test_what_the_service_said_counts_not_what_the_form_says(two, officer):
    target = target_of(officer)
    resolve_target(target, actor=officer)
    told = AccountRef("video", "v-1", is_minor=True)

    choice = choosing.choose_account(target, told, reason="It is.", actor=officer)

    assert choice.is_minor is False
    with pytest.raises(InvalidInput):
        choose(target, officer, ref="v-3")


def test_the_reason_is_kept_sealed_and_the_entry_commits_to_it(two, officer):
    target = target_of(officer)
    reason = "张三 posted it from this one."
    choice = choose(target, officer, reason=reason)

    leaf, raw = last_entry(target, "target.account_chosen")

    assert choosing.reason_of(choice) == reason
    assert reason.encode() not in bytes(choice.reason_sealed)
    assert "张三".encode() not in raw
    assert leaf.data["choice"] == str(choice.pk)
    assert leaf.data["reason"] == commit_reason(
        choice.disclosure_request_id, choice.pk, reason
    )
    assert "v-1" not in raw.decode()


def test_a_rejected_choice_leaves_the_account_open_and_is_settled_for_good(
    two, officer
):
    target, lead = target_of(officer), make_user("team_lead")
    choice = choose(target, officer)
    with pytest.raises(InvalidInput):
        choosing.reject_account(choice, reason=" ", actor=lead)

    choosing.reject_account(choice, reason="Another film.", actor=lead)

    target.refresh_from_db()
    assert target.account_ref == ""
    with pytest.raises(Impossible):
        choosing.confirm_account(choice, actor=make_user("approver"))
    assert choose(target, officer, ref="v-2").outcome == ""


def test_asking_the_service_anew_ends_a_choice_nobody_confirmed(two, officer):
    target = target_of(officer)
    choice = choose(target, officer)
    write(two, accounts={"v-2": None})

    resolve_target(target, actor=officer)

    choice.refresh_from_db()
    target.refresh_from_db()
    assert (choice.outcome, target.account_ref) == ("superseded", "v-2")


@pytest.mark.parametrize("accounts", [{}, TWO])
def test_the_sender_reads_the_same_for_no_account_and_for_several(
    settings, tmp_path, officer, accounts
):
    settings.HOLDINGS_CONNECTORS = {"video": scripted(tmp_path, accounts=accounts)}
    target = target_of(officer)
    resolve_target(target, actor=officer)

    choosing.ask_for_more(target, actor=officer)

    item = target.disclosure_request.completion_items.get()
    said = " ".join([item.what_zh, item.what_en, item.cure_zh, item.cure_en])
    assert item.code == "account_unclear"
    assert not any(
        word in said for word in ("v-1", "v-2", "several", "2", "多个", "两")
    )


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("clerk", False),
        ("case_officer", True),
        ("approver", True),
        ("team_lead", True),
        ("auditor", False),
        ("administrator", False),
    ],
)
def test_who_may_confirm(two, officer, role, may):
    choice = choose(target_of(officer), officer)
    person = make_user(role)

    if may:
        assert choosing.confirm_account(choice, actor=person).account_ref == "v-1"
    else:
        with pytest.raises(AccessDenied):
            choosing.confirm_account(choice, actor=person)


def test_whoever_may_confirm_is_told_and_the_chooser_is_not(two, officer):
    approver, lead = make_user("approver"), make_user("team_lead")
    choice = choose(target_of(officer), lead)

    told = OutboxMessage.objects.filter(dedupe_key__startswith=f"choice:{choice.pk}")
    assert set(told.values_list("recipient_email", flat=True)) == {approver.email}


def test_a_service_looked_up_by_hand_makes_a_task(settings, tmp_path, officer):
    settings.HOLDINGS_CONNECTORS = {"video": scripted(tmp_path, by_hand=True)}
    target = target_of(officer)

    with pytest.raises(PersonNeeded):
        resolve_target(target, actor=officer)

    task = HoldingTask.objects.get(target=target)
    assert (task.kind, task.assignee) == (HoldingTaskKind.RESOLVE, officer)
    assert task.deadline.is_open
    choose(target, officer, ref="a-1")
    task.refresh_from_db()
    assert task.done_by == officer
    assert not type(task.deadline).objects.get(pk=task.deadline_id).is_open


# --- from a person to their accounts --------------------------------------------------


def asked_by(kind, identifier_type):
    """Return the account of a request whose sender says to be `kind`, unverified."""
    name = "海州市东区人民法院" if kind is RequesterKind.COURT else f"{kind} office"
    intake = make_intake(
        targets=(
            make_target(
                identifier="张三 999999199001011234", identifier_type=identifier_type
            ),
        )
    )
    return register_paper(intake, kind=kind, name=name).targets.get()


@pytest.mark.parametrize("kind", RequesterKind)
def test_whoever_only_says_to_be_an_authority_gets_no_reverse_look_up(
    settings, tmp_path, officer, kind
):
    settings.HOLDINGS_CONNECTORS = {"video": scripted(tmp_path)}
    target = asked_by(kind, IdentifierType.ID_NUMBER)

    with pytest.raises(Impossible) as refused:
        resolve_target(target, actor=officer)

    assert refused.value.code == "reverse_look_up"
    assert last_entry(target, "target.reverse_refused")
    target.refresh_from_db()
    assert target.account_ref == ""


@pytest.mark.parametrize("kind", RequesterKind)
@pytest.mark.parametrize("identifier_type", REVERSE)
def test_a_verified_sender_gets_one_only_as_court_or_authority(
    settings, tmp_path, officer, kind, identifier_type
):
    settings.HOLDINGS_CONNECTORS = {"video": scripted(tmp_path)}
    authority = (
        make_authority(f"{kind} of Haizhou", kind) if kind in STATE_REQUESTERS else None
    )
    intake = make_intake(
        targets=(
            make_target(
                identifier="张三 999999199001011234", identifier_type=identifier_type
            ),
        )
    )
    requester = make_requester(kind, authority=authority)
    target = submit(intake, requester).targets.get()

    if kind in STATE_REQUESTERS and requester.verified_until:
        assert resolve_target(target, actor=officer)
    else:
        with pytest.raises(Impossible):
            resolve_target(target, actor=officer)


def test_an_authenticated_instrument_stands_for_a_verified_account(
    settings, tmp_path, officer
):
    settings.HOLDINGS_CONNECTORS = {"video": scripted(tmp_path)}
    target = asked_by(RequesterKind.COURT, IdentifierType.ID_NUMBER)
    record_order(target.disclosure_request, officer=officer)

    assert resolve_target(target, actor=officer)


@pytest.mark.parametrize("kind", IdentifierType)
def test_the_connector_itself_is_not_asked_for_a_person(tmp_path, kind):
    connector = guarded(
        ScriptedConnector(service_code="video", script=write(tmp_path)), "video"
    )
    seen = make_target().observed_at
    query = ResolveQuery(kind, "192.0.2.1", observed_at=seen)

    if kind in REVERSE:
        with pytest.raises(ReverseLookUpBarred):
            connector.resolve(query)
    else:
        assert connector.resolve(query)
