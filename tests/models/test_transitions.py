"""The two state machines are exactly the drawn ones."""

from disclosure.models import DisclosureRequest, Incident, Production

REQUEST = {
    ("draft", "submit", "received"),
    ("received", "open_review", "in_review"),
    ("in_review", "ask_requester", "awaiting_requester"),
    ("awaiting_requester", "resume_review", "in_review"),
    ("in_review", "decide", "decided"),
    ("decided", "reopen", "in_review"),
    ("decided", "close", "closed"),
    ("draft", "end_early", "closed"),
    ("received", "end_early", "closed"),
    ("in_review", "end_early", "closed"),
    ("awaiting_requester", "end_early", "closed"),
    ("decided", "end_early", "closed"),
}

PRODUCTION = {
    ("preparing", "give_notice", "in_notice"),
    ("in_notice", "end_notice", "preparing"),
    ("preparing", "request_approval", "awaiting_approval"),
    ("awaiting_approval", "return_to_preparation", "preparing"),
    ("awaiting_approval", "seal", "sealed"),
    ("sealed", "release", "released"),
    ("released", "open_package", "opened"),
    ("released", "expire", "expired"),
    ("released", "recall", "recalled"),
    ("opened", "recall", "recalled"),
    ("expired", "recall", "recalled"),
    ("sealed", "purge", "purged"),
    ("opened", "purge", "purged"),
    ("expired", "purge", "purged"),
    ("recalled", "purge", "purged"),
    ("preparing", "cancel", "cancelled"),
    ("in_notice", "cancel", "cancelled"),
    ("awaiting_approval", "cancel", "cancelled"),
    ("sealed", "cancel", "cancelled"),
}


INCIDENT = {
    ("open", "contain", "contained"),
    ("open", "propose_closing", "awaiting_closing"),
    ("contained", "propose_closing", "awaiting_closing"),
    ("awaiting_closing", "return_to_work", "contained"),
    ("awaiting_closing", "close", "closed"),
    ("closed", "reopen", "open"),
}


def _declared(model):
    return {
        (str(move.source), move.name, str(move.target))
        for move in model().get_all_status_transitions()
    }


def test_the_transitions_of_a_request_are_these():
    assert _declared(DisclosureRequest) == REQUEST


def test_the_transitions_of_a_production_are_these():
    assert _declared(Production) == PRODUCTION


def test_the_transitions_of_an_incident_are_these():
    assert _declared(Incident) == INCIDENT
