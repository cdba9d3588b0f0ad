"""What PostgreSQL refuses, tried in SQL past the ORM, as the application's role."""

import pytest
from django.db import DatabaseError, connection, transaction

from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import (
    Approval,
    Decision,
    Delivery,
    DisclosureRequest,
    GrantedField,
    Instrument,
    ProducedItem,
    Production,
)
from tests.factories import make_in, make_production_in, make_requester, make_user

pytestmark = pytest.mark.django_db


def run(sql, *values):
    """Run one statement and let the deferred checks fire, as at commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def refused(sql, *values, saying):
    with pytest.raises(DatabaseError, match=saying):
        run(sql, *values)


# --- what a row may hold ----------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column", "constraint"),
    [
        ("disclosurerequest", "status", "request_status"),
        ("disclosurerequest", "result", "request_result"),
        ("disclosurerequest", "end", "request_end"),
        ("disclosurerequest", "regime", "request_regime"),
        ("disclosurerequest", "channel", "request_channel"),
        ("targetaccount", "identifier_type", "target_identifier_type"),
        ("instrument", "kind", "instrument_kind"),
        ("instrument", "relation", "instrument_relation"),
        ("decision", "result", "decision_result"),
        ("grantedfield", "field", "granted_field_code"),
        ("deadline", "kind", "deadline_kind"),
    ],
)
def test_a_word_outside_the_vocabulary_is_refused(table, column, constraint):
    make_in(S.DECIDED)

    refused(
        f'UPDATE disclosure_{table} SET "{column}" = %s', "nonsense", saying=constraint
    )


def test_a_field_outside_the_vocabulary_is_not_asked_for():
    make_in(S.DECIDED)

    # What was asked never changes, so only a new one could bring the word.
    refused(
        "INSERT INTO disclosure_requestedfield (target_id, field)"
        " SELECT id, 'nonsense' FROM disclosure_targetaccount",
        saying="requested_field_code",
    )


@pytest.mark.parametrize("column", ["status", "kind"])
def test_a_production_keeps_to_the_vocabulary(column):
    make_production_in(P.PREPARING)

    refused(
        f"UPDATE disclosure_production SET package_sha256 = 'x', {column} = %s",
        "nonsense",
        saying=f"production_{column}",
    )


def test_an_absence_needs_a_reason_and_a_presence_has_none():
    make_production_in(P.PREPARING)

    refused(
        "UPDATE disclosure_holdingrecord SET presence = 'not_held'",
        saying="holding_absence_has_reason",
    )


def test_a_request_taken_in_has_a_reference():
    make_in(S.RECEIVED)

    refused(
        "UPDATE disclosure_disclosurerequest SET reference = NULL",
        saying="request_received_has_reference",
    )


# --- four eyes --------------------------------------------------------------------


def insert_approval(production, approver, preparer, contents):
    return (
        "INSERT INTO disclosure_approval (production_id, approver_id, preparer_id,"
        " contents_sha256, approved_at, note, voided_reason)"
        " VALUES (%s, %s, %s, %s, now(), '', '')",
        production.pk,
        approver,
        preparer,
        contents,
    )


def test_the_preparer_cannot_approve():
    production = make_production_in(P.AWAITING_APPROVAL)
    preparer = production.prepared_by_id

    refused(
        *insert_approval(production, preparer, preparer, production.contents_sha256),
        saying="approver_is_not_preparer",
    )


def test_an_approval_cannot_name_another_preparer():
    production = make_production_in(P.AWAITING_APPROVAL)
    other = make_user("case_officer").pk

    refused(
        *insert_approval(production, production.prepared_by_id, other, "x"),
        saying="approval_names_preparer",
    )


def test_one_person_approves_once():
    production = make_production_in(P.SEALED)
    approval = production.approvals.get()

    refused(
        *insert_approval(production, approval.approver_id, approval.preparer_id, "x"),
        saying="approval_once_per_person",
    )


@pytest.mark.parametrize("contents", ["", "f" * 64], ids=["none", "of other contents"])
def test_sealing_needs_an_approval_of_these_contents(contents):
    production = make_production_in(P.AWAITING_APPROVAL)
    if contents:
        approver = make_user("approver").pk
        run(*insert_approval(production, approver, production.prepared_by_id, contents))

    refused(
        "UPDATE disclosure_production SET status = 'sealed', package_sha256 = 'x'"
        " WHERE id = %s",
        production.pk,
        saying="approvals",
    )


def test_values_always_need_a_second_person():
    production = make_production_in(P.PREPARING)

    refused(
        "UPDATE disclosure_production SET approvals_required = 0 WHERE id = %s",
        production.pk,
        saying="production_needs_second_person",
    )


# --- what may be produced ---------------------------------------------------------


def copy_item(item, **changes):
    columns = {
        "production_id": item.production_id,
        "decision_id": item.decision_id,
        "target_id": item.target_id,
        "field": item.field,
        "value_id": item.value_id,
        "observed_at": item.observed_at,
        "is_current": True,
    } | changes
    names = ", ".join(columns)
    marks = ", ".join(["%s"] * len(columns))
    return (
        f"INSERT INTO disclosure_produceditem ({names}) VALUES ({marks})",
        *columns.values(),
    )


def test_an_item_needs_a_grant_of_the_same_decision():
    item = make_production_in(P.PREPARING).items.first()

    refused(*copy_item(item, field="email"), saying="granted account and field")


def test_an_item_of_another_account_is_refused():
    item = make_production_in(P.PREPARING).items.first()
    other = make_production_in(P.PREPARING).items.first()

    refused(
        *copy_item(item, value_id=other.value_id), saying="granted account and field"
    )


def test_items_change_while_preparing_only():
    item = make_production_in(P.AWAITING_APPROVAL).items.first()

    refused(*copy_item(item), saying="while preparing only")


def test_an_item_never_changes():
    item = make_production_in(P.PREPARING).items.first()

    refused(
        "UPDATE disclosure_produceditem SET observed_at = now() WHERE id = %s",
        item.pk,
        saying="never changes",
    )


def test_an_item_lies_in_the_granted_days():
    item = make_production_in(P.PREPARING).items.first()
    run("UPDATE disclosure_produceditem SET is_current = false WHERE id = %s", item.pk)
    run(
        "UPDATE disclosure_grantedfield SET periods = '{[2026-01-05,2026-01-12)}'",
    )
    for day, inside in (
        ("2026-01-04T15:59Z", False),
        ("2026-01-04T16:00Z", True),
        ("2026-01-11T15:59Z", True),
        ("2026-01-11T16:00Z", False),
    ):
        run("UPDATE disclosure_sealedvalue SET observed_at = %s", day)
        statement = copy_item(item, observed_at=day, is_current=False)
        if inside:
            run(*statement)
        else:
            refused(*statement, saying="outside the granted days")


def test_a_standing_fact_was_current_on_a_granted_day():
    item = make_production_in(P.PREPARING).items.first()
    run("UPDATE disclosure_produceditem SET is_current = false WHERE id = %s", item.pk)
    run("UPDATE disclosure_grantedfield SET periods = '{[2026-01-05,2026-01-12)}'")
    statement = copy_item(item, is_current=False)
    for days, inside in (
        ("{[2020-01-01,2026-01-05)}", False),
        ("{[2020-01-01,2026-01-06)}", True),
        ("{[2026-01-11,)}", True),
        ("{[2026-01-12,)}", False),
        ("{}", False),
        (None, True),
    ):
        run("UPDATE disclosure_sealedvalue SET current_on = %s", days)
        if inside:
            run(*statement)
        else:
            refused(*statement, saying="outside the granted days")


def test_a_value_has_a_moment_or_days():
    item = make_production_in(P.PREPARING).items.first()

    refused(
        "UPDATE disclosure_sealedvalue SET observed_at = now(),"
        " current_on = '{[2026-01-05,2026-01-12)}' WHERE id = %s",
        item.value_id,
        saying="value_moment_or_days",
    )


def test_timed_data_without_a_time_needs_an_unlimited_grant():
    item = make_production_in(P.PREPARING).items.first()
    run(
        "UPDATE disclosure_grantedfield"
        " SET periods = '{[2026-01-05,2026-01-12)}', is_timed = true"
    )

    refused(*copy_item(item, is_current=False), saying="outside the granted days")


def test_one_grant_row_for_each_decision_target_and_field():
    make_in(S.DECIDED)

    refused(
        "INSERT INTO disclosure_grantedfield"
        " (decision_id, target_id, field, periods, is_timed, basis)"
        " SELECT decision_id, target_id, field, periods, is_timed, basis"
        " FROM disclosure_grantedfield",
        saying="granted_field_once",
    )


def test_a_grant_belongs_to_the_target_of_its_decision():
    first, second = make_in(S.DECIDED), make_in(S.DECIDED)

    refused(
        "UPDATE disclosure_grantedfield SET target_id = %s WHERE target_id = %s",
        second.targets.get().pk,
        first.targets.get().pk,
        saying="granted_field_of_decision",
    )


def test_two_current_decisions_on_one_target_are_refused():
    make_in(S.DECIDED)
    columns = [f.column for f in Decision._meta.concrete_fields if f.column != "id"]
    names = ", ".join(columns)

    refused(
        f"INSERT INTO disclosure_decision (id, {names})"
        f" SELECT gen_random_uuid(), {names} FROM disclosure_decision",
        saying="decision_one_current_per_target",
    )


@pytest.mark.parametrize("kind", ["answer", "not_held", "refusal"])
def test_no_production_without_its_ground(kind):
    disclosure_request = make_in(S.IN_REVIEW)
    source = make_production_in(P.PREPARING)
    columns = [f.column for f in Production._meta.concrete_fields]
    changed = {
        "id": "gen_random_uuid()",
        "kind": f"'{kind}'",
        "disclosure_request_id": f"'{disclosure_request.pk}'::uuid",
    }
    values = ", ".join(changed.get(name, name) for name in columns)

    refused(
        f"INSERT INTO disclosure_production ({', '.join(columns)})"
        f" SELECT {values} FROM disclosure_production WHERE id = %s",
        source.pk,
        saying="without",
    )


# --- accounts asked about ---------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "saying"),
    [
        ("port = 443", "target_port_of_address"),
        ("identifier_type = 'ip_time', port = 0", "target_port_of_address"),
        ("identifier_type = 'ip_time', port = 65536", "target_port_of_address"),
        (
            "observed_until = observed_at + interval '1 hour'",
            "target_window_of_address",
        ),
        (
            "identifier_type = 'ip_time',"
            " observed_until = observed_at - interval '1 second'",
            "target_window_of_address",
        ),
        (
            "identifier_type = 'ip_time', observed_at = NULL, observed_until = now()",
            "target_window_of_address",
        ),
    ],
)
def test_port_and_window_belong_to_an_address(changes, saying):
    target = make_in(S.IN_REVIEW).targets.get()

    refused(
        f"UPDATE disclosure_targetaccount SET {changes} WHERE id = %s",
        target.pk,
        saying=saying,
    )


# --- what leaves ------------------------------------------------------------------


def test_a_delivery_goes_to_the_recipient_of_its_production():
    production = make_production_in(P.RELEASED)
    stranger = make_requester()

    refused(
        "UPDATE disclosure_delivery SET recipient_requester_id = %s,"
        " recipient_authority_id = NULL WHERE production_id = %s",
        stranger.pk,
        production.pk,
        saying="someone else than the recipient",
    )


def test_a_sealed_production_does_not_change():
    production = make_production_in(P.SEALED)

    for column in ("package_sha256", "package_name", "contents_sha256"):
        refused(
            f"UPDATE disclosure_production SET {column} = 'other' WHERE id = %s",
            production.pk,
            saying="is sealed",
        )


def test_a_production_on_a_replaced_decision_is_not_released():
    production = make_production_in(P.SEALED)
    run("UPDATE disclosure_decision SET is_current = false")

    refused(
        "UPDATE disclosure_production SET status = 'released' WHERE id = %s",
        production.pk,
        saying="decision that was replaced",
    )


def test_opening_needs_an_acknowledgement():
    production = make_production_in(P.RELEASED)

    refused(
        "UPDATE disclosure_delivery SET opened_at = now() WHERE production_id = %s",
        production.pk,
        saying="delivery_opened_was_acknowledged",
    )


def test_no_two_reminders_of_one_kind_for_one_deadline_and_offset():
    make_in(S.RECEIVED)

    refused(
        "INSERT INTO disclosure_reminder (deadline_id, kind, offset_hours, remind_at)"
        " SELECT deadline_id, kind, offset_hours, remind_at FROM disclosure_reminder",
        saying="reminder_once",
    )


def test_no_two_mails_under_one_key():
    make_in(S.AWAITING_REQUESTER)
    columns = "dedupe_key, kind, recipient_email, language, subject, body, created_at,"
    columns += " next_attempt_at, attempts, last_error"
    run(
        f"INSERT INTO disclosure_outboxmessage ({columns}) VALUES"
        " ('k', 'x', 'a@example.org', 'en', 's', 'b', now(), now(), 0, '')"
    )

    refused(
        f"INSERT INTO disclosure_outboxmessage ({columns}) VALUES"
        " ('k', 'x', 'a@example.org', 'en', 's', 'b', now(), now(), 0, '')",
        saying="dedupe_key",
    )


# --- nothing disappears -----------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    [
        model._meta.db_table
        for model in (
            DisclosureRequest,
            Instrument,
            Decision,
            GrantedField,
            Production,
            ProducedItem,
            Approval,
            Delivery,
        )
    ]
    + [
        "disclosure_document",
        "disclosure_gatecheck",
        "disclosure_holdingrecord",
        "disclosure_sealedvalue",
        "disclosure_deadline",
        "disclosure_reminder",
        "disclosure_message",
        "disclosure_outboxmessage",
        "disclosure_referral",
        "disclosure_preservation",
        "disclosure_usernotice",
        "disclosure_objection",
        "disclosure_user",
        "disclosure_requester",
        "disclosure_auditentry",
        "disclosure_auditstream",
    ],
)
def test_the_application_deletes_no_record(table):
    refused(f"DELETE FROM {table}", saying="permission denied")
    refused(f"TRUNCATE {table} CASCADE", saying="permission denied")


@pytest.mark.parametrize(
    "table", ["disclosure_gatecheck", "disclosure_rulebookversion"]
)
def test_findings_and_rulebooks_are_append_only(table):
    make_in(S.DECIDED)

    refused(f"UPDATE {table} SET id = id", saying="append-only")
