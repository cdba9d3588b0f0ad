"""Nothing that decides who gets what, when or why changes past the actions.

One record with a row in every table, made by actions and committed; then each decisive
column is tried in raw SQL as the application's role, and each new row. All tries are
made on one record, because none of them leaves a trace.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from disclosure.actions import (
    completion,
    intake,
    notice,
    objections,
    preservation,
    review,
)
from disclosure.actions.deadlines import holidays
from disclosure.actions.house import authorities, companies, people, team
from disclosure.actions.house.company_terms import EntityTerms, ServiceTerms
from disclosure.actions.inputs import Answer
from disclosure.actions.keeping import holds
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    DocumentKind,
    DocumentVerdict,
    IdentityField,
    NoticeRule,
    ProviderRole,
    ReferralKind,
    RequesterKind,
    StaffRole,
)
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import (
    Deadline,
    DisclosureRequest,
    Production,
    TargetAccount,
    User,
)
from tests.entries import say
from tests.factories import (
    SETUP,
    add_proofs,
    make_in,
    make_incident,
    make_production_in,
    make_requester,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)

UNSAID: Final = "written without an audit entry of this transaction"
KEPT: Final = "keeps what was recorded"
MOVED: Final = "stays where it was recorded"

#: Each decisive column of each table, with what somebody might put there.
CHANGES: Final[dict[str, dict[str, str]]] = {
    "requester": {
        "verified_until": "'2099-12-31'",
        "authority_id": "(SELECT max(id) FROM disclosure_issuingauthority)",
        "suspended_at": "now()",
        "user_id": "NULL",
        "kind": "'court'",
        "name": "'Somebody Else'",
        "postal_address": "'Elsewhere 1'",
        "email": "'else@example.com'",
        "proposed_until": "'2099-12-31'",
        "confirmed_by_id": "NULL",
    },
    "user": {
        "staff_role": "'administrator'",
        "is_active": "NOT is_active",
        "suspended_at": "now()",
    },
    "legalentity": {
        "is_ours": "NOT is_ours",
        "name_zh": "'别家公司'",
        "document_prefix": "'别函'",
        "address": "'Elsewhere 1'",
    },
    "providerservice": {
        "entity_id": "entity_id",
        "provider_role": "'search'",
        "starts_on": "starts_on - 1",
        "ends_on": "starts_on",
        "connector": "'other'",
    },
    "issuingauthority": {
        "callback_phone": "'010-11111111'",
        "callback_source": "'the letter itself'",
        "kind": "'police'",
        "name": "name || '二'",
        "address": "'Elsewhere 1'",
    },
    "disclosurerequest": {
        "assignee_id": "NULL",
        "requester_id": "(SELECT max(id::text)::uuid FROM disclosure_requester)",
        "authority_id": "(SELECT max(id) FROM disclosure_issuingauthority)",
        "regime": "'state_assistance'",
        "received_on": "'2009-01-01'",
        "entity_id": "NULL",
        "service_id": "NULL",
        "rulebook_id": "NULL",
        "result": "'granted'",
        "compliance": "'full'",
        "suit_pending": "NOT coalesce(suit_pending, false)",
        "authorised_by_claimant": "NOT coalesce(authorised_by_claimant, false)",
        "created_by_id": "NULL",
    },
    "targetaccount": {
        "account_ref": "'another'",
        "service_id": "NULL",
        "account_holder_kind": "'enterprise'",
        "is_minor": "NOT coalesce(is_minor, false)",
        "identifier": "'another'",
        "observed_at": "now()",
        "provider_role": "'search'",
        "already_public": "'{real_name}'",
        "account_status": "'cancelled'",
        "retention_ends_on": "'2099-01-01'",
        "result": "'granted'",
        "compliance": "'full'",
    },
    "requestedfield": {"field": "'id_number'", "periods": "'{[2001-01-01,)}'"},
    "claimant": {"name": "'Somebody Else'", "kind": "'injured_person'"},
    "instrumentitem": {
        "granted": "NOT granted",
        "fields": "'{id_number}'",
        "target_labels": "'{t9}'",
        "from_on": "'2001-01-01'",
        "to_on": "'2099-01-01'",
    },
    "document": {
        "verdict": "'rejected'",
        "kind": "'translation'",
        "sha256": "repeat('0', 64)",
        "storage_name": "'another'",
        "removed_at": "now()",
        "superseded_by_id": "id",
        "original_seen_by_id": "received_by_id",
    },
    "holdingrecord": {
        "is_current": "NOT is_current",
        "periods": "'{[2001-01-01,)}'",
        "source": "''",
        "verification": "'unknown'",
        "explanation": "'It is gone.'",
        "system": "'another'",
        "target_id": "target_id",
    },
    "sealedvalue": {
        "ciphertext": "'\\x00'",
        "observed_at": "now()",
        "current_on": "'{[2001-01-01,)}'",
        "holding_id": "(SELECT max(id) FROM disclosure_holdingrecord)",
    },
    "usernotice": {
        "rule": "'not_required'",
        "review_on": "'2199-01-01'",
        "withheld_reason": "'because'",
        "sent_at": "NULL",
        "code_digest": "'\\x00'",
        "objection_until": "now()",
        "target_id": "target_id",
    },
    "objection": {
        "fields": "'{}'",
        "is_forwarded": "NOT is_forwarded",
        "grounds_sealed": "'\\x00'",
        "sustained_fields": "'{real_name}'",
        "received_at": "now()",
        "notice_id": "NULL",
    },
    "fielddisposition": {
        "disposition": "'barred'",
        "reason_zh": "'另有理由'",
        "citation_zh": "'另有依据'",
        "periods": "'{[2001-01-01,2001-01-02)}'",
        "is_current": "NOT is_current",
    },
    "production_decisions": {"decision_id": "NULL", "production_id": "NULL"},
    "incident_productions": {"production_id": "NULL", "incident_id": "NULL"},
    "message": {"body": "'Never mind.'", "is_internal": "true", "sent_at": "now()"},
    "completionitem": {"answered_at": "now()", "answer": "'Here.'", "cure_en": "'-'"},
    "preservation": {
        "expires_on": "'2199-01-01'",
        "confirmed_at": "NULL",
        "ended_at": "now()",
        "fields": "'{}'",
    },
    "referral": {
        "owner_id": "created_by_id",
        "kind": "'preservation'",
        "proof": "'done'",
        "deadline_id": "deadline_id",
    },
    "deadline": {
        "due_at": "now()",
        "due_on": "'2199-01-01'",
        "starts_at": "now()",
        "kind": "'call_back'",
        "length": "9999",
        "procedure": "'criminal'",
        "met_at": "now()",
        "cancelled_at": "now()",
        "production_id": "(SELECT max(id::text)::uuid FROM disclosure_production)",
    },
    "holiday": {
        "is_working_day": "NOT is_working_day",
        "date": "date + 20000",
        "verified": "NOT verified",
    },
}

#: Tables whose rows never change at all, beside an entry or not.
NEVER_CHANGED: Final = {
    "requestedfield",
    "claimant",
    "instrumentitem",
    "production_decisions",
    "incident_productions",
}

#: What a second row of each table needs to be told apart from the first.
COPIES: Final[dict[str, dict[str, str]]] = {
    "requester": {"user_id": "NULL"},
    "user": {"email": "'another@example.com'", "staff_role": "'administrator'"},
    "legalentity": {"code": "'another'", "document_prefix": "''"},
    "providerservice": {"code": "'another'"},
    "issuingauthority": {"name": "'Another'", "callback_phone": "'010-1'"},
    "targetaccount": {"label": "'t9'"},
    "requestedfield": {"field": "'view_counts'"},
    "instrumentitem": {"position": "9"},
    "production_decisions": {
        "decision_id": "(SELECT d.id FROM disclosure_decision d WHERE NOT EXISTS ("
        "SELECT FROM disclosure_production_decisions p WHERE p.decision_id = d.id) "
        "LIMIT 1)"
    },
    "fielddisposition": {"is_current": "false"},
    "holiday": {"date": "date + 20000"},
    "gatecheck": {"run": "gen_random_uuid()"},
    "rulebookversion": {"sha256": "repeat('0', 64)"},
    **{
        table: {}
        for table in (
            "claimant",
            "document",
            "holdingrecord",
            "sealedvalue",
            "usernotice",
            "objection",
            "message",
            "completionitem",
            "preservation",
            "referral",
            "deadline",
        )
    },
}


@dataclass(frozen=True, slots=True)
class Record:
    """What the actions below change; the tables hold more."""

    officer: User
    lead: User
    reviewed: Production
    waiting: DisclosureRequest
    ordered: DisclosureRequest

    @property
    def target(self) -> TargetAccount:
        """The account of the document review."""
        return self.reviewed.disclosure_request.targets.get()


@pytest.fixture
def everything() -> Record:
    """Two answers, a request that waits, and all that hangs on them."""
    officer, lead = make_user("case_officer"), make_user("team_lead")
    holidays.load_shipped_calendar(actor=SETUP)
    reviewed = make_production_in(P.IN_NOTICE, officer=officer)
    target = reviewed.disclosure_request.targets.get()
    objections.record_objection(target, grounds="That is not me.", actor=officer)
    make_incident(answer=reviewed, officer=officer)
    ordered = make_in(S.DECIDED, officer=officer)
    asked = ordered.targets.get()
    preservation.resolve_target(asked, actor=officer)
    until = timezone.localdate() + timedelta(days=90)
    preservation.preserve(asked, until=until, actor=officer)
    preservation.refer(ordered, ReferralKind.TAKE_DOWN, officer, actor=officer)
    waiting = make_in(S.AWAITING_REQUESTER, officer=officer)
    return Record(officer, lead, reviewed, waiting, ordered)


def outcome(statement: str, beside: DisclosureRequest | None = None) -> str:
    """Run a statement in a transaction of its own; return what refused it, or none.

    `beside`: in whose stream an entry is written with it.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if beside is not None:
                say(beside)
            cursor.execute(statement)
            if not cursor.rowcount:
                return "there is no row to try it on"
    except DatabaseError as refused:
        return str(refused)
    return "committed"


def columns_of(table: str) -> list[str]:
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(
            cursor, f"disclosure_{table}"
        )
    return [column.name for column in described]


def copy_of(table: str) -> str:
    """Return the statement that adds a row like one that is there."""
    changed = {"id": ""} | COPIES[table]
    columns = columns_of(table)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT data_type FROM information_schema.columns "
            "WHERE table_name = %s AND column_name = 'id'",
            [f"disclosure_{table}"],
        )
        (kind,) = cursor.fetchone()
    if kind == "uuid":
        changed["id"] = "gen_random_uuid()"
    else:
        columns.remove("id")
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(changed.get(name, f'"{name}"') for name in columns)
    return (
        f"INSERT INTO disclosure_{table} ({names}) "
        f"SELECT {values} FROM disclosure_{table} LIMIT 1"
    )


@pytest.mark.usefixtures("everything")
def test_no_decisive_column_changes_and_no_row_is_added_without_an_entry():
    came = {
        f"{table}.{column}": outcome(
            f'UPDATE disclosure_{table} SET "{column}" = {value}'
        )
        for table, changes in CHANGES.items()
        for column, value in changes.items()
    }
    added = {f"+ {table}": outcome(copy_of(table)) for table in COPIES}
    backwards = outcome("UPDATE disclosure_counter SET value = 0 WHERE value > 0")

    expected = {
        f"{table}.{column}": KEPT if table in NEVER_CHANGED else UNSAID
        for table, changes in CHANGES.items()
        for column in changes
    } | {f"+ {table}": UNSAID for table in COPIES}
    expected["sealedvalue.holding_id"] = MOVED
    assert {
        tried: said
        for tried, said in (came | added).items()
        if expected[tried] not in said
    } == {}
    assert "only rises" in backwards


def test_no_row_moves_to_another_record_by_an_entry_of_that_one(everything: Record):
    """Its own record would not say that it is gone."""
    theirs, other = everything.reviewed.disclosure_request, everything.waiting
    holds.place_hold(theirs, reason="A suit.", actor=everything.lead)

    came = {}
    for table in ("legalhold", "targetaccount", "document", "objection", "production"):
        statement = (
            f"UPDATE disclosure_{table} SET disclosure_request_id = '{other.pk}' "
            f"WHERE disclosure_request_id = '{theirs.pk}'"
        )
        came[table] = outcome(statement, beside=other)

    assert {table: said for table, said in came.items() if MOVED not in said} == {}


def test_the_same_changes_pass_through_their_actions(everything: Record):
    """Each commits: what the tables ask for is what the actions write."""
    officer, lead = everything.officer, everything.lead
    sender = make_requester(RequesterKind.AGENT)
    people.suspend_requester(sender, suspended=True, reason="forged", actor=lead)
    people.suspend_requester(sender, suspended=False, reason="cleared", actor=lead)
    people.edit_profile(
        kind=RequesterKind.LAWYER, name="Li Wei", language="en", actor=sender.user
    )
    person = team.add_staff("new@example.org", StaffRole.CLERK, name="Xu", actor=SETUP)
    team.set_staff_role(person, StaffRole.AUDITOR, actor=SETUP)
    team.set_staff_active(person, is_active=False, actor=make_user("administrator"))
    terms = EntityTerms("云港", "Cloudport", is_ours=False)
    entity = companies.record_entity("ours", terms, actor=SETUP)
    companies.record_service(
        "market",
        ServiceTerms(
            entity.code,
            "market",
            "market",
            ProviderRole.SEARCH,
            date(2000, 1, 1),
            date(2009, 1, 1),
        ),
        actor=SETUP,
    )
    authorities.record_authority(
        "海州市东区人民法院",
        kind=RequesterKind.COURT,
        callback_phone="010-11111111",
        callback_source="its own site",
        actor=SETUP,
    )
    intake.assign(everything.ordered, lead, actor=lead)
    waiting = everything.waiting
    completion.complete(
        waiting,
        [Answer(waiting.completion_items.get().pk, "Sealed now.")],
        actor=officer,
    )
    review.record_target_facts(
        waiting.targets.get(),
        account_holder_kind=AccountHolderKind.NATURAL_PERSON,
        is_minor=True,
        actor=officer,
    )
    preservation.complete_referral(
        everything.ordered.referrals.get(), proof="Done on that day.", actor=officer
    )
    add_proofs(
        waiting,
        (DocumentKind.TRANSLATION,),
        officer=officer,
        verdict=DocumentVerdict.REJECTED,
    )
    target = everything.target
    objections.decide_objection(
        target.disclosure_request.objections.get(),
        sustained_fields=[IdentityField.COMPANY_NAME],
        reason="It is a home address.",
        actor=officer,
    )
    planned = notice.plan_notice(
        target, NoticeRule.REQUIRED, review_on=date(2098, 1, 1), actor=officer
    )

    sender.refresh_from_db()
    assert (sender.kind, sender.suspended_at) == ("lawyer", None)
    person.refresh_from_db()
    assert (person.staff_role, person.is_active) == ("auditor", False)
    assert waiting.targets.get().is_minor is True
    assert planned.review_on == date(2098, 1, 1)
    assert Deadline.objects.filter(kind="referral", met_at__isnull=False).exists()
