"""The guards in the database are all there, and switched on for good."""

import pytest
from django.apps import apps
from django.db import connection

pytestmark = pytest.mark.django_db

TRIGGERS = {
    ("disclosure_accountchoice", "choice_settled_once"),
    ("disclosure_accountchoice", "entry_written"),
    ("disclosure_accountchoice", "owner_kept"),
    ("disclosure_accountresolution", "entry_written"),
    ("disclosure_accountresolution", "owner_kept"),
    ("disclosure_approval", "entry_written"),
    ("disclosure_approval", "owner_kept"),
    ("disclosure_auditcheckpoint", "append_only"),
    ("disclosure_auditcheckpoint", "append_only_truncate"),
    ("disclosure_auditentry", "append_only"),
    ("disclosure_auditentry", "append_only_truncate"),
    ("disclosure_auditentry", "audit_entry_link"),
    ("disclosure_auditleaf", "append_only"),
    ("disclosure_auditleaf", "append_only_truncate"),
    ("disclosure_auditnode", "append_only"),
    ("disclosure_auditnode", "append_only_truncate"),
    ("disclosure_auditreceipt", "append_only"),
    ("disclosure_auditreceipt", "append_only_truncate"),
    ("disclosure_auditstream", "audit_stream_head"),
    ("disclosure_auditstream", "audit_stream_kept"),
    ("disclosure_auditstream", "audit_stream_not_emptied"),
    ("disclosure_audittimestamp", "append_only"),
    ("disclosure_audittimestamp", "append_only_truncate"),
    ("disclosure_caseassessment", "assessment_kept"),
    ("disclosure_caseassessment", "entry_written"),
    ("disclosure_caseassessment", "owner_kept"),
    ("disclosure_claimant", "entry_written"),
    ("disclosure_claimant", "only_ends"),
    ("disclosure_completionitem", "entry_written"),
    ("disclosure_completionitem", "owner_kept"),
    ("disclosure_counter", "counter_rises"),
    ("disclosure_deadline", "entry_written"),
    ("disclosure_deadline", "entry_written_insert"),
    ("disclosure_deadline", "owner_kept"),
    ("disclosure_decision", "document_review_complete"),
    ("disclosure_decision", "entry_written"),
    ("disclosure_decision", "owner_kept"),
    ("disclosure_delivery", "delivery_keys"),
    ("disclosure_delivery", "delivery_to_recipient"),
    ("disclosure_delivery", "entry_written"),
    ("disclosure_delivery", "owner_kept"),
    ("disclosure_directorychange", "change_settled_once"),
    ("disclosure_directorychange", "entry_written"),
    ("disclosure_disc", "entry_written"),
    ("disclosure_disc", "only_ends"),
    ("disclosure_disclosurerequest", "entry_written"),
    ("disclosure_disclosurerequest", "record_erased"),
    ("disclosure_disclosurerequest", "status_recorded"),
    ("disclosure_disclosurerequest", "status_recorded_insert"),
    ("disclosure_document", "entry_written"),
    ("disclosure_document", "owner_kept"),
    ("disclosure_documentnumber", "document_number_next"),
    ("disclosure_documentnumber", "entry_written"),
    ("disclosure_documentnumber", "owner_kept"),
    ("disclosure_fielddisposition", "entry_written"),
    ("disclosure_fielddisposition", "owner_kept"),
    ("disclosure_gatecheck", "append_only"),
    ("disclosure_gatecheck", "append_only_truncate"),
    ("disclosure_gatecheck", "entry_written"),
    ("disclosure_grantedfield", "entry_written"),
    ("disclosure_grantedfield", "owner_kept"),
    ("disclosure_helduperasure", "entry_written"),
    ("disclosure_helduperasure", "owner_kept"),
    ("disclosure_holdingrecord", "entry_written"),
    ("disclosure_holdingrecord", "owner_kept"),
    ("disclosure_holdingtask", "entry_written"),
    ("disclosure_holdingtask", "owner_kept"),
    ("disclosure_holiday", "entry_written"),
    ("disclosure_impactassessment", "assessment_kept"),
    ("disclosure_impactassessment", "entry_written"),
    ("disclosure_incident", "entry_written"),
    ("disclosure_incident", "incident_erased"),
    ("disclosure_incident", "incident_facts_kept"),
    ("disclosure_incident", "status_recorded"),
    ("disclosure_incident", "status_recorded_insert"),
    ("disclosure_incident_productions", "entry_written"),
    ("disclosure_incident_productions", "only_ends"),
    ("disclosure_incidentclock", "entry_written"),
    ("disclosure_incidentclock", "owner_kept"),
    ("disclosure_incidentmeasure", "entry_written"),
    ("disclosure_incidentmeasure", "measure_kept"),
    ("disclosure_incidentnotice", "entry_written"),
    ("disclosure_incidentnotice", "owner_kept"),
    ("disclosure_instrument", "entry_written"),
    ("disclosure_instrument", "owner_kept"),
    ("disclosure_instrumentitem", "entry_written"),
    ("disclosure_instrumentitem", "only_ends"),
    ("disclosure_issuingauthority", "authority_named"),
    ("disclosure_issuingauthority", "entry_written"),
    ("disclosure_issuingauthority", "entry_written_insert"),
    ("disclosure_legalentity", "entry_written"),
    ("disclosure_legalhold", "entry_written"),
    ("disclosure_legalhold", "owner_kept"),
    ("disclosure_letter", "entry_written"),
    ("disclosure_letter", "letter_kept"),
    ("disclosure_letter", "owner_kept"),
    ("disclosure_lookuppart", "entry_written"),
    ("disclosure_lookuppart", "owner_kept"),
    ("disclosure_message", "entry_written"),
    ("disclosure_message", "owner_kept"),
    ("disclosure_objection", "entry_written"),
    ("disclosure_objection", "owner_kept"),
    ("disclosure_outgoingfile", "entry_written"),
    ("disclosure_outgoingfile", "only_ends"),
    ("disclosure_paperview", "entry_written"),
    ("disclosure_paperview", "only_ends"),
    ("disclosure_preservation", "entry_written"),
    ("disclosure_preservation", "owner_kept"),
    ("disclosure_preservationproposal", "entry_written"),
    ("disclosure_preservationproposal", "owner_kept"),
    ("disclosure_produceditem", "entry_written"),
    ("disclosure_produceditem", "produced_item_granted"),
    ("disclosure_production", "entry_written"),
    ("disclosure_production", "owner_kept"),
    ("disclosure_production", "production_ground"),
    ("disclosure_production", "production_outgoing"),
    ("disclosure_production", "production_proof"),
    ("disclosure_production", "production_step"),
    ("disclosure_production", "status_recorded"),
    ("disclosure_production", "status_recorded_insert"),
    ("disclosure_production_decisions", "entry_written"),
    ("disclosure_production_decisions", "only_ends"),
    ("disclosure_providerservice", "entry_written"),
    ("disclosure_recipientkey", "recipient_key_entered"),
    ("disclosure_referral", "entry_written"),
    ("disclosure_referral", "owner_kept"),
    ("disclosure_requestedfield", "entry_written"),
    ("disclosure_requestedfield", "only_ends"),
    ("disclosure_requester", "entry_written"),
    ("disclosure_returnslip", "checked_slip"),
    ("disclosure_returnslip", "entry_written"),
    ("disclosure_returnslip", "only_ends"),
    ("disclosure_returnslip", "second_look"),
    ("disclosure_rulebookversion", "append_only"),
    ("disclosure_rulebookversion", "append_only_truncate"),
    ("disclosure_rulebookversion", "entry_written"),
    ("disclosure_sealedvalue", "entry_written"),
    ("disclosure_sealedvalue", "owner_kept"),
    ("disclosure_sealingrecord", "entry_written"),
    ("disclosure_sealingrecord", "only_ends"),
    ("disclosure_sealingrecord", "second_look"),
    ("disclosure_servicefield", "entry_written"),
    ("disclosure_signoff", "entry_written"),
    ("disclosure_signoff", "only_ends"),
    ("disclosure_statedreason", "entry_written"),
    ("disclosure_targetaccount", "entry_written"),
    ("disclosure_targetaccount", "owner_kept"),
    ("disclosure_user", "entry_written"),
    ("disclosure_user", "entry_written_insert"),
    ("disclosure_usernotice", "entry_written"),
    ("disclosure_usernotice", "owner_kept"),
    ("disclosure_verificationrun", "verification_run_entered"),
    ("disclosure_verificationrun", "verification_run_step"),
}


def rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_the_triggers_are_exactly_these_and_always_fire():
    found = rows(
        "SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND c.relname LIKE 'disclosure_%'"
    )

    assert {(table, name) for table, name, _enabled in found} == TRIGGERS
    assert {enabled for _table, _name, enabled in found} == {"A"}


def test_every_guard_pins_its_search_path():
    found = rows(
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = 'public' AND (p.proname LIKE 'guard_%'"
        " OR p.proname LIKE 'audit_%')"
        " AND NOT coalesce(p.proconfig::text LIKE '%search_path=pg_catalog%', false)"
    )

    assert found == []


def test_every_declared_constraint_is_in_the_database():
    declared = {
        constraint.name
        for model in apps.get_app_config("disclosure").get_models()
        for constraint in model._meta.constraints
    } | {
        "granted_field_of_decision",
        "produced_item_is_granted",
        "approval_names_preparer",
        "sign_off_names_preparer",
        "sealing_record_names_preparer",
    }
    constraints = {name for (name,) in rows("SELECT conname FROM pg_constraint")}
    indexes = {name for (name,) in rows("SELECT relname FROM pg_class")}

    assert declared <= constraints | indexes


def test_the_application_owns_nothing():
    owned = rows(
        "SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = current_user"
    )

    assert owned == []
