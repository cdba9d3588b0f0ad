"""The audit pages: what is proven is recomputed at view, and everything is named."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from disclosure.actions.proof.verifying import ask_for_verification, verify_asked
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.domain.vocabulary import StaffRole, VerificationRunStatus
from disclosure.models import AuditEntry, DisclosureRequest, VerificationRun
from tests.audit.conftest import ALIASES, Trail, add, installed, trail
from tests.console.conftest import signed_in
from tests.factories import make_in, make_user

__all__ = ["installed", "trail"]

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)

AUDIT = "console:audit"


@pytest.fixture
def signed(installed: Trail) -> tuple[Trail, DisclosureRequest]:
    """A request whose entries are all under a checkpoint."""
    call_command("audit_key", "generate", verbosity=0)
    disclosure_request = make_in(S.IN_REVIEW)
    call_command("sequence", verbosity=0)
    return installed, disclosure_request


def trail_page(disclosure_request: DisclosureRequest, **query: str) -> Any:
    client = signed_in(make_user("auditor"))
    return client.get(reverse("console:trail", args=[disclosure_request.pk]), query)


def states(page: Any) -> list[str]:
    return [str(each.state) for each in page.context["trail"].proof.entries]


def test_every_entry_is_proven_against_the_signed_log(signed) -> None:
    _trail, disclosure_request = signed
    count = AuditEntry.objects.filter(stream=disclosure_request.stream).count()

    page = trail_page(disclosure_request)

    assert states(page) == ["proven"] * count
    text = page.content.decode()
    places = [each.log_index for each in page.context["trail"].proof.entries]
    for place in places:
        assert f"at place {place} of the signed log" in text
    assert f"{count} entries proven against the signed log" in text
    assert "Broken" not in text


def test_what_no_checkpoint_covers_waits_and_says_since_when(signed) -> None:
    _trail, disclosure_request = signed
    add(disclosure_request.stream, 2)

    page = trail_page(disclosure_request)

    assert states(page)[-3:] == ["proven", "waiting", "waiting"]
    assert "2 wait for the next checkpoint" in page.content.decode()
    assert "waits for the next checkpoint since" in page.content.decode()


NTH = (
    "(SELECT id FROM disclosure_auditentry WHERE stream LIKE 'request:%%' "
    "AND stream_seq = 2)"
)
TAMPERED = {
    "leaf edited": (
        "UPDATE disclosure_auditentry SET leaf = set_byte(leaf, 9, 88) "
        f"WHERE id = {NTH}",
        {2: "leaf_changed"},
    ),
    "leaf made unreadable, hash mended": (
        "UPDATE disclosure_auditentry SET leaf = '\\xff00', "
        f"leaf_hash = sha256('\\x00ff00') WHERE id = {NTH}",
        {2: "leaf_malformed", 3: "link_broken"},
    ),
    "rewritten with its hash": (
        "UPDATE disclosure_auditentry SET status = NULL, action = 'x' "
        f"WHERE id = {NTH}",
        {2: "columns_differ"},
    ),
    "removed": (
        f"DELETE FROM disclosure_auditentry WHERE id = {NTH}",
        {3: "entry_missing"},
    ),
    "node changed": (
        "UPDATE disclosure_auditnode SET hash = sha256('x') WHERE level = 0 "
        f"AND index = (SELECT log_index FROM disclosure_auditleaf "
        f"WHERE entry_id = {NTH}) # 1",
        {2: "checkpoint_root"},
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_entry_is_marked_with_what_is_wrong(signed, name: str) -> None:
    trail, disclosure_request = signed
    statement, expected = TAMPERED[name]
    trail.tamper(statement)

    page = trail_page(disclosure_request)

    assert page.status_code == 200
    broken = {
        each.number: str(each.fault.code)
        for each in page.context["trail"].proof.entries
        if each.fault is not None
    }
    assert broken == expected
    text = page.content.decode()
    assert "The trail is broken" in text
    for code in expected.values():
        assert f">{code}</code>" in text


def test_the_end_cut_off_shows_at_the_last_entry(signed) -> None:
    trail, disclosure_request = signed
    last = AuditEntry.objects.filter(stream=disclosure_request.stream).latest(
        "stream_seq"
    )
    trail.tamper(f"DELETE FROM disclosure_auditentry WHERE id = {last.pk}")

    page = trail_page(disclosure_request)

    assert states(page)[-1] == "broken"
    assert page.context["trail"].proof.entries[-1].fault.code == "entry_missing"


def test_a_checkpoint_that_nobody_signed_proves_nothing(signed) -> None:
    trail, disclosure_request = signed
    trail.tamper(
        "UPDATE disclosure_auditcheckpoint SET note = replace(note, '— ', '— x')"
    )

    page = trail_page(disclosure_request)

    assert set(states(page)) == {"broken"}
    client = signed_in(make_user("auditor"))
    status = client.get(reverse(AUDIT))
    assert "A checkpoint has no signature that we trust." in status.content.decode()


def test_without_the_keys_only_the_chain_is_claimed(signed) -> None:
    _trail, disclosure_request = signed
    settings.CHECKPOINT_VERIFIER_KEYS_FILE.unlink()

    page = trail_page(disclosure_request)

    assert set(states(page)) == {"chained"}
    assert "The public keys cannot be read here" in page.content.decode()
    assert signed_in(make_user("auditor")).get(reverse(AUDIT)).status_code == 200


def test_a_long_trail_comes_in_pieces_that_link_up(signed) -> None:
    trail, disclosure_request = signed
    before = AuditEntry.objects.filter(stream=disclosure_request.stream).count()
    add(disclosure_request.stream, 450)
    call_command("sequence", verbosity=0)

    numbers: list[int] = []
    after = ""
    while True:
        piece = trail_page(disclosure_request, after=after).context["trail"]
        assert piece.broken == 0
        numbers += [each.number for each in piece.proof.entries]
        if piece.next_after is None:
            break
        after = str(piece.next_after)

    assert numbers == list(range(1, before + 451))
    trail.tamper(
        "UPDATE disclosure_auditentry SET leaf_hash = sha256('x') "
        "WHERE stream LIKE 'request:%%' AND stream_seq = 200"
    )
    second = trail_page(disclosure_request, after="200").context["trail"]
    assert second.proof.entries[0].fault.code == "link_broken"


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 40, "99999"])
def test_any_address_shows_a_page(signed, after: str) -> None:
    _trail, disclosure_request = signed

    assert trail_page(disclosure_request, after=after).status_code == 200


def test_the_status_names_checkpoint_witness_and_what_waits(signed) -> None:
    trail, _request = signed
    add("probe:a", 3)

    page = signed_in(make_user("auditor")).get(reverse(AUDIT))

    status = page.context["status"]
    assert status.head.checkpoint.size == status.directory.size
    assert status.faults == ()
    text = page.content.decode()
    assert "its signature was verified now" in text
    assert "the log extends it: recomputed now" in text
    assert status.lag.entries >= 3
    assert trail.witness.latest() is not None


def test_a_database_that_was_rolled_back_is_told_by_the_witness(signed) -> None:
    trail, _request = signed
    add("probe:a", 3)
    call_command("sequence", verbosity=0)
    trail.tamper(
        "DELETE FROM disclosure_auditcheckpoint WHERE size = "
        "(SELECT max(size) FROM disclosure_auditcheckpoint)"
    )

    page = signed_in(make_user("auditor")).get(reverse(AUDIT))

    (fault,) = page.context["status"].faults
    assert fault.code == "rolled_back"
    assert "rolled back to a backup" in page.content.decode()


def test_asking_shows_progress_then_the_result(signed) -> None:
    client = signed_in(make_user("team_lead"))

    client.post(reverse("console:verify_trail"))

    waiting = client.get(reverse(AUDIT)).content.decode()
    assert '<meta http-equiv="refresh"' in waiting
    assert "It begins in a few seconds." in waiting
    assert reverse("console:verify_trail") not in waiting
    VerificationRun.objects.update(
        status=VerificationRunStatus.RUNNING,
        attempt=1,
        steps_done=25,
        steps_total=100,
        seen_at=timezone.now() - timedelta(minutes=5),
    )
    assert "25 % · 25 of 100 steps" in client.get(reverse(AUDIT)).content.decode()
    verify_asked()
    done = client.get(reverse(AUDIT)).content.decode()
    assert "Sound: nothing is wrong" in done
    assert '<meta http-equiv="refresh"' not in done
    assert reverse("console:verify_trail") in done


def test_two_clicks_are_told_that_it_runs(signed) -> None:
    client = signed_in(make_user("auditor"))
    client.post(reverse("console:verify_trail"))

    again = client.post(reverse("console:verify_trail"), follow=True)

    assert "A verification is under way already." in again.content.decode()
    assert VerificationRun.objects.count() == 1


def test_the_first_bad_entry_is_named_on_the_page(signed) -> None:
    trail, _request = signed
    trail.tamper(TAMPERED["leaf edited"][0])
    ask_for_verification(actor=make_user("auditor"))
    verify_asked()

    text = signed_in(make_user("auditor")).get(reverse(AUDIT)).content.decode()

    assert "NOT SOUND" in text
    assert ">leaf_changed</code>" in text
    assert "place in the log" in text


@pytest.mark.parametrize("role", StaffRole)
def test_who_may_read_and_who_may_verify(signed, role: str) -> None:
    client = signed_in(make_user(role))
    may_verify = role in {"auditor", "team_lead", "administrator"}
    may_read = role != "administrator"

    page = client.get(reverse(AUDIT))

    assert page.status_code == 200
    assert (reverse("console:verify_trail") in page.content.decode()) is may_verify
    assert bool(page.context["entries"]) is may_read
    posted = client.post(reverse("console:verify_trail"))
    assert posted.status_code == (302 if may_verify else 403)
    assert VerificationRun.objects.count() == may_verify
