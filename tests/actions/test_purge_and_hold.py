"""A hold placed while values are being destroyed: it wins, or it comes after."""

import threading

import pytest
from django.db import connection

from disclosure.actions import closing
from disclosure.actions.base import Impossible
from disclosure.actions.keeping import holds
from disclosure.domain.errors import DisclosureError
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.keys.configured import key_store
from disclosure.keys.store import KeyPurpose, key_name
from disclosure.models import AuditEntry, Production
from tests.factories import make_production_in, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def has_key(answer):
    return key_store().exists(key_name(answer.disclosure_request_id, KeyPurpose.VALUES))


def test_a_hold_between_intent_and_destruction_wins():
    lead, answer = make_user("team_lead"), make_production_in(P.OPENED)
    now = answer.released_at
    closing._begin_purge(answer, now, actor=lead)

    holds.place_hold(answer.disclosure_request, reason="in dispute", actor=lead)
    with pytest.raises(Impossible) as refused:
        closing._finish_purge(answer, now, actor=lead)

    assert refused.value.code == "on_hold"
    assert has_key(answer)
    assert Production.objects.get(pk=answer.pk).status == P.OPENED


def test_at_one_moment_no_key_is_destroyed_under_a_hold():
    lead, other = make_user("team_lead"), make_user("team_lead")
    for _ in range(4):
        answer = make_production_in(P.OPENED)
        refused = at_once(
            lambda row=answer: closing.purge(row, actor=lead),
            lambda row=answer: holds.place_hold(
                row.disclosure_request, reason="in dispute", actor=other
            ),
        )
        words = list(
            AuditEntry.objects.filter(stream=answer.disclosure_request.stream)
            .order_by("stream_seq")
            .values_list("action", flat=True)
        )
        assert "hold.placed" in words
        if "production.purged" in words:
            assert words.index("production.purged") < words.index("hold.placed")
            assert not has_key(answer)
        else:
            assert [error.code for error in refused] == ["on_hold"]
            assert has_key(answer)


def at_once(*calls):
    """Run the calls in threads released together; return what was refused."""
    gate, refused = threading.Barrier(len(calls)), []

    def run(call):
        gate.wait(10)
        try:
            call()
        except DisclosureError as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return refused
