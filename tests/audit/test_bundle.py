"""Evidence bundles: made through actions, checked by the program they carry."""

import io
import json
import random
import shutil
import string
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from disclosure.access import AccessDenied, NotNow, SystemActor
from disclosure.actions import closing, jobs, reading
from disclosure.actions.base import Impossible, InvalidInput
from disclosure.actions.keeping import holds
from disclosure.actions.keeping.vault import has_evidence_key
from disclosure.actions.proof import commitments, evidence
from disclosure.actions.proof.commitments import open_commitments
from disclosure.actions.proof.values import clear_value
from disclosure.audit import configured
from disclosure.audit.bundle import VERIFIER, Opening
from disclosure.audit.canonical import read_leaf
from disclosure.audit.checkpoint import Checkpoint
from disclosure.audit.note import SigningKey
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.keys.errors import KeyDestroyed
from disclosure.models import (
    AuditEntry,
    DisclosureRequest,
    ProducedItem,
    Production,
    User,
)
from tests.audit.bundles import unpack, verify
from tests.audit.conftest import ALIASES, Trail
from tests.factories import make_production_in, make_user, order, record_order

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)

#: Exported before commitments covered more than value and moment.
OLD_BUNDLE = Path(__file__).with_name("bundle-form-1.zip")


@pytest.fixture
def signing(installed: Trail, settings, tmp_path) -> Trail:
    """A trail with a key, whose entries `sign()` brings under a checkpoint."""
    settings.KEY_STORE_DIR = tmp_path / "keys"
    call_command("audit_key", "generate", verbosity=0)
    return installed


def sign() -> None:
    configured.sequencer().run_until_idle()


def opened_answer() -> tuple[Production, User]:
    """An answer its recipient has opened, and the recipient."""
    answer = make_production_in(P.OPENED)
    return answer, answer.deliveries.get().opened_by


def leaves(folder):
    return [json.loads(p.read_bytes()) for p in sorted(folder.glob("entries/*.json"))]


def test_the_recipients_bundle_verifies_and_shows_the_values(signing, tmp_path):
    answer, recipient = opened_answer()
    sign()

    bundle = evidence.evidence_for_recipient(answer, actor=recipient)
    folder = unpack(bundle.content, tmp_path / "bundle")
    code, output = verify(folder)

    assert (code, output.splitlines()[-1][:10]) == (0, "核验通过 SOUND")
    assert "values.committed" in output
    assert '"value":"' in output
    stored = AuditEntry.objects.filter(stream=answer.disclosure_request.stream)
    numbers = [leaf["seq"] for leaf in leaves(folder)]
    assert numbers == list(range(1, bundle.entries + 1))
    # The export's own entry came after the checkpoint.
    assert stored.count() == bundle.entries + 1
    assert stored.order_by("stream_seq").last().action == "evidence.exported"
    assert str(answer.disclosure_request.reference) in (
        folder / "README.txt"
    ).read_text("utf-8")


def test_the_value_shown_is_the_one_in_the_package(signing, tmp_path):
    answer, recipient = opened_answer()
    item = ProducedItem.objects.filter(production=answer, is_current=True).first()
    sign()

    bundle = evidence.evidence_for_recipient(answer, actor=recipient)
    folder = unpack(bundle.content, tmp_path / "bundle")

    opening = json.loads(next(folder.glob("openings/*.json")).read_bytes())
    assert clear_value(item) in opening["value"]


def test_what_was_sealed_before_days_were_committed_to_still_opens(
    signing, tmp_path, monkeypatch
):
    """An answer sealed by an earlier version, opened and checked by this one."""
    monkeypatch.setattr(commitments, "FORM", 1)
    answer, recipient = opened_answer()
    monkeypatch.undo()
    sign()

    bundle = evidence.evidence_for_recipient(answer, actor=recipient)
    folder = unpack(bundle.content, tmp_path / "bundle")

    assert verify(folder)[0] == 0
    opening = json.loads(next(folder.glob("openings/*.json")).read_bytes())
    assert set(json.loads(opening["value"])[0]) == {"value"}
    (committed,) = [
        leaf["data"] for leaf in leaves(folder) if leaf["action"] == "values.committed"
    ]
    assert "form" not in committed


def test_a_bundle_made_by_an_earlier_version_verifies(tmp_path):
    """Kept as it left: with its own program, and with the one we ship today."""
    folder = unpack(OLD_BUNDLE.read_bytes(), tmp_path / "bundle")
    assert verify(folder)[0] == 0

    shutil.copy(VERIFIER, folder / "verify.py")
    assert verify(folder)[0] == 0

    (opening,) = folder.glob("openings/*.json")
    opening.write_bytes(opening.read_bytes().replace("林".encode(), "森".encode()))
    code, output = verify(folder)
    assert (code, "not the value that was recorded" in output) == (1, True)


def test_days_and_checks_are_bound_as_the_value_is(signing, tmp_path):
    answer, recipient = opened_answer()
    sign()
    bundle = evidence.evidence_for_recipient(answer, actor=recipient)

    for name, other in (
        ("period", {"from": "2020-01-01", "to": None}),
        ("verified_at", "2020-01-01T00:00:00+00:00"),
        ("verification", "document_checked"),
        ("source", "registry"),
    ):
        folder = unpack(bundle.content, tmp_path / name)
        (path,) = folder.glob("openings/*.json")
        opening = json.loads(path.read_bytes())
        said = json.loads(opening["value"])
        assert said[0][name] != other
        said[0][name] = other
        opening["value"] = canonical(said)
        path.write_text(canonical(opening), encoding="utf-8")
        code, output = verify(folder)
        assert (code, "not the value that was recorded" in output) == (1, True), name


def canonical(said):
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_staff_get_the_trail_and_no_value(signing, tmp_path):
    answer, _recipient = opened_answer()
    sign()

    bundle = evidence.evidence_for_staff(
        answer.disclosure_request, actor=make_user("auditor")
    )
    folder = unpack(bundle.content, tmp_path / "bundle")

    assert verify(folder)[0] == 0
    assert not (folder / "openings").exists()


def test_one_field_is_opened_for_whoever_ordered_it(signing, tmp_path):
    answer, _recipient = opened_answer()
    officer = make_user("team_lead")
    sign()

    with pytest.raises(InvalidInput):
        evidence.evidence_with_values(answer, ["real_name"], reason=" ", actor=officer)
    with pytest.raises(InvalidInput):
        evidence.evidence_with_values(answer, ["email"], reason="court", actor=officer)
    bundle = evidence.evidence_with_values(
        answer, ["real_name"], reason="Order of the court", actor=officer
    )
    folder = unpack(bundle.content, tmp_path / "bundle")

    assert verify(folder)[0] == 0
    openings = [json.loads(p.read_bytes()) for p in folder.glob("openings/*.json")]
    assert [opening["member"] for opening in openings] == [["fields", "real_name"]]
    said = read_leaf(bytes(AuditEntry.objects.order_by("id").last().leaf))
    assert (said.action, said.data["opened"]) == ("evidence.exported", ["real_name"])


@pytest.mark.parametrize(
    "role", ["clerk", "case_officer", "approver", "auditor", "administrator"]
)
def test_others_of_the_desk_open_nothing(signing, role):
    answer, _recipient = opened_answer()
    sign()

    with pytest.raises(AccessDenied):
        evidence.evidence_with_values(
            answer, ["real_name"], reason="curious", actor=make_user(role)
        )

    assert AuditEntry.objects.order_by("id").last().action == "access.denied"


def test_only_the_recipient_who_opened_it_gets_the_recipients_bundle(signing):
    answer = make_production_in(P.RELEASED)
    sign()

    with pytest.raises(AccessDenied):
        evidence.evidence_for_recipient(answer, actor=make_user("case_officer"))
    with pytest.raises(AccessDenied):
        evidence.evidence_for_recipient(answer, actor=make_user())
    assert not AuditEntry.objects.filter(action="evidence.exported").exists()


def test_without_a_checkpoint_there_is_no_evidence_yet(signing):
    answer, recipient = opened_answer()

    with pytest.raises(Impossible) as refused:
        evidence.evidence_for_recipient(answer, actor=recipient)

    assert refused.value.code == "not_provable"


def test_after_the_window_the_trail_remains_and_the_values_do_not(signing, tmp_path):
    answer, recipient = opened_answer()
    sign()
    after = answer.deliveries.get().expires_at + timedelta(seconds=1)

    with time_machine.travel(after, tick=False):
        bundle = evidence.evidence_for_recipient(answer, actor=recipient)

    folder = unpack(bundle.content, tmp_path / "bundle")
    assert verify(folder)[0] == 0
    assert not (folder / "openings").exists()


def test_erasure_unbinds_and_earlier_proofs_still_verify(signing, tmp_path):
    """The salts go with the key; the leaves stay, and prove that and when."""
    answer, recipient = opened_answer()
    sign()
    before = evidence.evidence_for_recipient(answer, actor=recipient)
    closing.purge(answer, actor=make_user("team_lead"))
    sign()

    with pytest.raises(NotNow):
        evidence.evidence_with_values(
            answer, ["real_name"], reason="court", actor=make_user("team_lead")
        )
    with pytest.raises(KeyDestroyed):
        open_commitments(answer)
    after = evidence.evidence_for_recipient(
        Production.objects.get(pk=answer.pk), actor=recipient
    )

    assert verify(unpack(before.content, tmp_path / "before"))[0] == 0
    folder = unpack(after.content, tmp_path / "after")
    assert verify(folder)[0] == 0
    words = [leaf["action"] for leaf in leaves(folder)]
    assert {"values.committed", "production.purged"} <= set(words)
    assert not (folder / "openings").exists()


def test_a_bundle_from_before_the_end_of_retention_verifies_after_it(signing, tmp_path):
    """Papers and reasons are gone, and what was proven stays proven."""
    answer, recipient = opened_answer()
    ended = closing.close(answer.disclosure_request, actor=make_user("case_officer"))
    sign()
    kept = evidence.evidence_for_recipient(answer, actor=recipient).content
    end = ended.deadlines.get(kind="record_retention", met_at=None).due_at

    jobs.tick(end + timedelta(seconds=1))
    sign()

    assert DisclosureRequest.objects.get(pk=ended.pk).record_erased_at is not None
    assert not has_evidence_key(ended.pk)
    before = unpack(kept, tmp_path / "before")
    assert verify(before)[0] == 0
    later = evidence.evidence_for_staff(ended, actor=make_user("auditor")).content
    after = unpack(later, tmp_path / "after")
    assert verify(after)[0] == 0
    assert "record.erased" in [leaf["action"] for leaf in leaves(after)]
    assert [leaf for leaf in leaves(after) if leaf in leaves(before)] == leaves(before)


def test_a_hold_blocks_erasure_until_it_is_lifted(signing):
    answer, _recipient = opened_answer()
    lead = make_user("team_lead")
    request = answer.disclosure_request
    holds.place_hold(request, reason="Suit announced", actor=lead)
    with pytest.raises(Impossible) as twice:
        holds.place_hold(request, reason="again", actor=lead)

    with pytest.raises(Impossible) as refused:
        closing.purge(answer, actor=lead)

    assert (twice.value.code, refused.value.code) == ("held_already", "on_hold")
    assert clear_value(ProducedItem.objects.filter(production=answer).first())
    holds.lift_hold(request, actor=lead)
    assert closing.purge(answer, actor=lead).status == P.PURGED
    words = AuditEntry.objects.filter(stream=request.stream, action__startswith="hold.")
    assert [entry.action for entry in words.order_by("id")] == [
        "hold.placed",
        "hold.lifted",
    ]


def test_the_clock_waits_for_a_hold(signing):
    answer, _recipient = opened_answer()
    holds.place_hold(
        answer.disclosure_request, reason="Suit", actor=make_user("team_lead")
    )
    after = answer.deliveries.get().expires_at + timedelta(days=1)

    with time_machine.travel(after, tick=False), pytest.raises(Impossible):
        closing.purge(answer, actor=SystemActor("tick"))


@pytest.mark.parametrize("role", ["clerk", "case_officer", "approver", "auditor"])
def test_only_a_lead_places_a_hold(signing, role):
    answer = make_production_in(P.SEALED)
    with pytest.raises(AccessDenied):
        holds.place_hold(answer.disclosure_request, reason="x", actor=make_user(role))


def test_showing_a_value_commits_to_it(signing):
    """Whether this value was shown can be settled later, and not from the trail."""
    answer = make_production_in(P.PREPARING)
    item = ProducedItem.objects.filter(production=answer).first()

    shown = reading.reveal_value(
        item, reason="check", actor=make_user("case_officer")
    ).reveal()

    leaf = read_leaf(bytes(AuditEntry.objects.get(action="value.revealed").leaf))
    assert set(leaf.data["value"]) == {"c"}
    assert (
        shown
        not in bytes(AuditEntry.objects.get(action="value.revealed").leaf).decode()
    )


@pytest.fixture
def bundle(signing, tmp_path):
    """An unpacked bundle with openings and two earlier checkpoints."""
    answer = make_production_in(P.RELEASED)
    sign()
    bundle = evidence.evidence_with_values(
        answer, ["real_name"], reason="court", actor=make_user("team_lead")
    )
    sign()
    bundle = evidence.evidence_with_values(
        answer, ["real_name"], reason="court", actor=make_user("team_lead")
    )
    folder = unpack(bundle.content, tmp_path / "bundle")
    assert verify(folder)[0] == 0
    assert list(folder.glob("earlier/*/consistency"))
    return folder


def test_every_changed_byte_of_evidence_is_found(bundle):
    """A random bit of every file that says something, and every such file removed."""
    chance = random.Random(1789)
    files = [
        path
        for path in sorted(bundle.rglob("*"))
        if path.is_file() and path.name not in {"README.txt", "verify.py"}
    ]
    assert len(files) > 20
    missed = []
    for path in files:
        kept = path.read_bytes()
        changed = bytearray(kept)
        changed[chance.randrange(len(changed) - 1)] ^= 1 << chance.randrange(7)
        path.write_bytes(changed)
        if verify(bundle)[0] == 0:
            missed.append(path.name)
        path.write_bytes(kept)
    assert missed == []
    assert verify(bundle)[0] == 0


def test_the_spare_bits_of_base64_carry_nothing(bundle):
    """32 bytes leave two bits to spare in base64: only zeros are taken there."""
    proof = min(bundle.glob("entries/*.tlog-proof"))
    kept = proof.read_text("utf-8").split("\n")
    place = next(at for at, line in enumerate(kept) if line.endswith("="))
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    last = kept[place][-2]
    spare = letters[letters.index(last) ^ 1]
    changed = [*kept[:place], f"{kept[place][:-2]}{spare}=", *kept[place + 1 :]]
    proof.write_text("\n".join(changed), "utf-8")

    assert verify(bundle)[0] == 1


def test_a_missing_or_moved_entry_is_found(bundle):
    first, second, *_rest = sorted(bundle.glob("entries/*.json"))
    for path in (first, second):
        aside = {p: p.read_bytes() for p in (path, path.with_suffix(".tlog-proof"))}
        for part in aside:
            part.unlink()
        code, output = verify(bundle)
        assert (code, "missing" in output) == (1, True)
        for part, content in aside.items():
            part.write_bytes(content)
    for suffix in (".json", ".tlog-proof"):
        one, other = first.with_suffix(suffix), second.with_suffix(suffix)
        one_bytes, other_bytes = one.read_bytes(), other.read_bytes()
        one.write_bytes(other_bytes)
        other.write_bytes(one_bytes)
    assert verify(bundle)[0] == 1


def test_what_others_may_not_see_can_be_taken_out(bundle):
    shutil.rmtree(bundle / "openings")

    assert verify(bundle)[0] == 0


def test_the_key_and_a_checkpoint_from_elsewhere_are_used(bundle, signing, tmp_path):
    key = (bundle / "verifier-keys.txt").read_text().strip()
    stranger = str(SigningKey.generate(key.split("+")[0]).verifier)
    kept = tmp_path / "kept"
    kept.write_bytes(signing.witness.latest())

    assert verify(bundle, "--key", key, "--checkpoint", str(kept))[0] == 0
    assert verify(bundle, "--key", stranger)[0] == 1
    forger = SigningKey.parse(settings.CHECKPOINT_KEY_FILE.read_text().strip())
    size = int(kept.read_bytes().split(b"\n")[1])
    kept.write_bytes(forged_checkpoint(forger, size))
    code, output = verify(bundle, "--checkpoint", str(kept))
    assert (code, "ANOTHER history" in output) == (1, True)


def forged_checkpoint(key, size):
    """Another history of the same length, signed by the real key."""
    return Checkpoint(key.name, size, bytes(32)).sign(key)


def test_an_opening_for_another_value_is_refused(bundle):
    path = next(bundle.glob("openings/*.json"))
    opening = json.loads(path.read_bytes())
    opening["value"] = opening["value"].replace('"value":"', '"value":"X')
    path.write_text(
        json.dumps(opening, sort_keys=True, separators=(",", ":"), ensure_ascii=False),
        "utf-8",
    )

    code, output = verify(bundle)

    assert (code, "not the value" in output) == (1, True)


def test_an_opening_has_a_whole_salt():
    with pytest.raises(ValueError, match="32 bytes"):
        Opening(1, ("value",), b"short", "x")


def test_the_readme_comes_first_and_the_verifier_is_short(signing):
    answer = make_production_in(P.SEALED)
    sign()
    auditor = make_user("auditor")

    first = evidence.evidence_for_staff(answer.disclosure_request, actor=auditor)
    names = zipfile_names(first.content)

    assert names[:4] == ["README.txt", "verify.py", "verifier-keys.txt", "checkpoint"]
    assert len(VERIFIER.read_text("utf-8").splitlines()) <= 300


def zipfile_names(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()


def test_the_command_writes_a_bundle_once(signing, tmp_path, capsys):
    answer = make_production_in(P.SEALED)
    sign()
    reference = answer.disclosure_request.reference
    lead = make_user("team_lead")
    target = tmp_path / "evidence.zip"

    call_command("evidence", reference, "-o", str(target), "--by", lead.email)

    assert verify(unpack(target.read_bytes(), tmp_path / "bundle"))[0] == 0
    for arguments in (
        [reference, "-o", str(target), "--by", lead.email],
        ["DD-1", "-o", str(tmp_path / "b"), "--by", lead.email],
        [reference, "-o", str(tmp_path / "b"), "--by", "nobody@example.org"],
        [reference, "-o", str(tmp_path / "b"), "--by", lead.email, "--field", "email"],
    ):
        with pytest.raises(CommandError):
            call_command("evidence", *arguments)


def test_a_trail_that_tells_of_a_secret_document_is_not_handed_out(signing):
    answer, recipient = opened_answer()
    record_order(
        answer.disclosure_request,
        order(
            authority_name="云州市公安局",
            ref="云公网调字〔2026〕9号",
            secrecy=True,
        ),
        officer=make_user("case_officer"),
        authenticated=False,
    )
    sign()

    with pytest.raises(Impossible) as refused:
        evidence.evidence_for_recipient(answer, actor=recipient)

    assert refused.value.code == "evidence_shared"
