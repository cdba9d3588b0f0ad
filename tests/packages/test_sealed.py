"""Packages made through actions, judged by programs that are not ours."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from asn1crypto import cms
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from pyhanko.pdf_utils.reader import PdfFileReader

from disclosure.access import NotNow
from disclosure.actions import preservation, production, reading, review
from disclosure.actions.base import Impossible
from disclosure.actions.keeping.vault import package_key
from disclosure.actions.making.sealing import (
    begin_sealing,
    finish_sealing,
    rebuild,
    seal,
)
from disclosure.actions.proof.packaged import SEALING
from disclosure.audit import configured
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import ReferralKind, RequesterKind
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.files.storage import open_stored
from disclosure.models import AuditEntry, Production
from disclosure.packages.errors import LetterUnsignable
from tests.audit.authority import make_authority, serve
from tests.audit.bundles import unpack as unpack_bundle
from tests.audit.bundles import verify
from tests.audit.conftest import ALIASES
from tests.factories import (
    make_in,
    make_intake,
    make_requester,
    make_target,
    make_user,
    order,
    produce,
    record_order,
    sign_off,
    submit,
)
from tests.packages.outsiders import (
    is_sound,
    require_archival,
    require_every_schema_is_sound,
    require_valid,
    run,
    signature_of,
    sums_hold,
    unpack,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)

SIGNED = {"letter.pdf", "certificate.pdf"}


def package_of(answer: Production) -> bytes:
    """The clear package as it was sealed."""
    return open_stored(answer.package_name, package_key(answer).reveal())


def files_of(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def answered(*fields: F) -> Production:
    """An answer to a court, sealed."""
    return produce(make_in(S.DECIDED, fields=fields or (F.REAL_NAME,)), P.SEALED)


def refused() -> Production:
    """A refusal to an injured person without an order, sealed."""
    officer = make_user("case_officer")
    victim = make_requester(RequesterKind.INJURED_PERSON)
    asked = make_target(F.REAL_NAME, F.PHONE)
    disclosure_request = submit(
        make_intake(
            regime="personal_rights", targets=(asked,), claimant_kind="injured_person"
        ),
        victim,
    )
    disclosure_request = review.open_review(disclosure_request, actor=officer)
    review.decide(disclosure_request, actor=officer)
    disclosure_request.refresh_from_db(fields=["result", "version"])
    answer = production.prepare(disclosure_request, actor=officer)
    for kind in (ReferralKind.TAKE_DOWN, ReferralKind.PRESERVATION):
        preservation.refer(disclosure_request, kind, officer, actor=officer)
    answer = production.request_approval(answer, actor=officer)
    return seal(answer, actor=officer)


MADE = {
    "answer": lambda: answered(F.REAL_NAME, F.PHONE),
    "not_held": lambda: answered(F.PAYMENT_ACCOUNT),
    "refusal": refused,
}
LETTER_ALONE = {
    "letter.pdf",
    "evidence.zip",
    "README.txt",
    "manifest.json",
    "SHA256SUMS",
    "SM3SUMS",
}
CERTIFIED = LETTER_ALONE | {"certificate.pdf", "certificate.json"}
DATA = {"data.json", "data.csv", "data.pdf", "data.schema.json"}
CONTAINS = {
    "answer": CERTIFIED | DATA,
    "not_held": CERTIFIED,
    "refusal": LETTER_ALONE,
}


@pytest.mark.parametrize("kind", MADE)
def test_outsiders_accept_every_kind_of_package(sealing_room, settings, tmp_path, kind):
    settings.PACKAGE_DIGESTS = ["sha256", "sm3"]
    answer = MADE[kind]()
    folder = unpack(package_of(answer), tmp_path / "package")

    assert answer.kind == kind
    assert {path.name for path in folder.iterdir()} == CONTAINS[kind]
    assert sums_hold(folder)
    summed = run("openssl", "dgst", "-sm3", "-r", "letter.pdf", cwd=folder).stdout
    assert summed in (folder / "SM3SUMS").read_text()
    for pdf in folder.glob("*.pdf"):
        assert is_sound(pdf)
        require_archival(pdf)
        said = signature_of(pdf)
        assert ("Signature is Valid." in said) == (pdf.name in SIGNED)
        if pdf.name in SIGNED:
            assert "Total document signed" in said
            assert "ETSI.CAdES.detached" in said
            assert "not a legal seal" in said
    for file, schema in (
        ("manifest.json", "manifest-1"),
        ("data.json", "production-1"),
        ("certificate.json", "certificate-2"),
    ):
        if (folder / file).exists():
            require_valid(folder / file, schema)


def test_every_published_schema_is_one():
    require_every_schema_is_sound()


def test_a_changed_letter_is_no_longer_validly_signed(sealing_room, tmp_path):
    folder = unpack(package_of(answered()), tmp_path / "package")
    letter = folder / "letter.pdf"
    changed = bytearray(letter.read_bytes())
    place = changed.index(b"/Title")
    changed[place + 1 : place + 6] = b"Titla"
    letter.write_bytes(bytes(changed))

    assert "Signature is Valid." not in signature_of(letter)
    assert not sums_hold(folder)


def test_the_certificate_can_be_checked_against_what_was_received(
    sealing_room, tmp_path
):
    folder = unpack(package_of(answered()), tmp_path / "package")
    certificate = json.loads((folder / "certificate.json").read_bytes())

    assert {file["name"] for file in certificate["files"]} == {
        *DATA,
        "letter.pdf",
        "evidence.zip",
        "README.txt",
    }
    for file in certificate["files"]:
        part = folder / "part"
        part.write_bytes((folder / file["name"]).read_bytes()[: file["size"]])
        assert run("sha256sum", part).stdout.split()[0] == file["digests"]["sha256"]


# -- The proof -----------------------------------------------------------------------


def test_the_proof_in_the_package_verifies_and_opens_what_was_released_alone(
    sealing_room, tmp_path
):
    answer = answered(F.REAL_NAME)
    files = files_of(package_of(answer))
    folder = unpack_bundle(files["evidence.zip"], tmp_path / "bundle")

    code, output = verify(folder)

    assert (code, output.splitlines()[-1][:10]) == (0, "核验通过 SOUND")
    openings = [json.loads(p.read_bytes()) for p in folder.glob("openings/*.json")]
    assert [opening["member"] for opening in openings] == [["fields", "real_name"]]
    entries = [json.loads(p.read_bytes()) for p in folder.glob("entries/*.json")]
    words = {entry["action"] for entry in entries}
    assert {"production.approved", SEALING, "values.committed"} <= words
    assert "production.sealed" not in words
    assert answer.proof_size >= len(entries)
    certificate = json.loads(files["certificate.json"])
    assert certificate["proof"]["log_size"] == answer.proof_size
    assert certificate["proof"]["note_sha256"] == answer.proof_note_sha256


def test_a_secret_document_keeps_the_trail_out_of_the_package(sealing_room):
    officer = make_user("case_officer")
    disclosure_request = make_in(S.DECIDED, officer=officer)
    secret = order(
        authority_name="云州市公安局", ref="云公网调字〔2026〕9号", secrecy=True
    )
    record_order(disclosure_request, secret, officer=officer, authenticated=False)
    answer = produce(disclosure_request, P.SEALED, officer=officer)

    files = files_of(package_of(answer))

    assert "evidence.zip" not in files
    assert answer.proof_size is None
    assert "未随附" in files["README.txt"].decode("utf-8-sig")
    assert json.loads(files["certificate.json"])["proof"] == {"state": "left_out"}


def _approve(answer: Production) -> None:
    production.approve(
        answer, contents_sha256=answer.contents_sha256, actor=make_user("approver")
    )
    sign_off(answer)


def test_without_a_checkpoint_nothing_is_sealed_and_the_intent_stands(
    installed, settings, tmp_path
):
    settings.KEY_STORE_DIR = tmp_path / "keys"
    settings.FILES_DIR = tmp_path / "files"
    settings.PACKAGE_EVIDENCE = "required"
    settings.PACKAGE_EVIDENCE_SECONDS = 0.3
    call_command("audit_key", "generate", verbosity=0)
    officer = make_user("case_officer")
    answer = produce(make_in(S.DECIDED), P.AWAITING_APPROVAL, officer=officer)
    _approve(answer)

    for _again in range(2):
        with pytest.raises(Impossible) as refused:
            seal(answer, actor=officer)
        assert refused.value.code == "awaiting_checkpoint"
    assert Production.objects.get(pk=answer.pk).status == P.AWAITING_APPROVAL
    assert AuditEntry.objects.filter(action=SEALING).count() == 1

    configured.sequencer().run_until_idle()
    answer = seal(answer, actor=officer)

    assert answer.status == P.SEALED
    assert "evidence.zip" in files_of(package_of(answer))
    assert AuditEntry.objects.filter(action=SEALING).count() == 1


def test_where_the_proof_is_optional_the_package_says_that_it_has_none(
    settings, tmp_path
):
    settings.KEY_STORE_DIR = tmp_path / "keys"
    settings.PACKAGE_EVIDENCE = "optional"
    settings.PACKAGE_EVIDENCE_SECONDS = 0.0

    files = files_of(package_of(answered()))

    assert "evidence.zip" not in files
    assert "未随附" in files["README.txt"].decode("utf-8-sig")


# -- The same bytes ------------------------------------------------------------------


def test_the_same_answer_builds_the_same_bytes_apart_from_signatures(sealing_room):
    answer = answered(F.REAL_NAME, F.PHONE)

    first = files_of(package_of(answer))
    again = files_of(rebuild(Production.objects.get(pk=answer.pk)))

    assert first.keys() == again.keys()
    for name in first.keys() - SIGNED - {"manifest.json", "SHA256SUMS"}:
        assert first[name] == again[name], name
    for name in SIGNED:
        size = _before_signature(first, name)
        assert first[name] != again[name]
        assert first[name][:size] == again[name][:size]
    assert _without_signed(first) == _without_signed(again)


def _before_signature(files: dict[str, bytes], name: str) -> int:
    listed = {
        file["name"]: file for file in json.loads(files["manifest.json"])["files"]
    }
    return int(listed[name]["before_signature"]["size"])


def _without_signed(files: dict[str, bytes]) -> list[object]:
    """What the manifest says, but for the signed bytes themselves."""
    manifest = json.loads(files["manifest.json"])
    for file in manifest["files"]:
        if file["name"] in SIGNED:
            del file["size"], file["sha256"]
    sums = files["SHA256SUMS"].decode().splitlines()
    unsigned = SIGNED | {"manifest.json"}
    return [manifest, [line for line in sums if line.split()[1] not in unsigned]]


def test_the_preview_is_what_is_sent_but_for_signature_and_proof(sealing_room):
    officer = make_user("case_officer")
    answer = produce(make_in(S.DECIDED), P.AWAITING_APPROVAL, officer=officer)
    approver = make_user("approver")
    production.approve(answer, contents_sha256=answer.contents_sha256, actor=approver)
    # From the sign-off on the letter has its number, here as there.
    answer = sign_off(answer)
    shown = files_of(reading.preview_package(answer, actor=approver))
    sent = files_of(package_of(seal(answer, actor=officer)))

    assert sent.keys() - shown.keys() == {"evidence.zip"}
    for name in DATA:
        assert shown[name] == sent[name]
    assert sent["letter.pdf"].startswith(shown["letter.pdf"])
    certificates = [json.loads(files["certificate.json"]) for files in (shown, sent)]
    for certificate in certificates:
        del certificate["proof"]
        certificate["files"] = [
            file
            for file in certificate["files"]
            if file["name"] not in {"evidence.zip", "README.txt"}
        ]
    assert certificates[0] == certificates[1]


# -- Time stamps ---------------------------------------------------------------------


def test_openssl_accepts_the_time_stamps_and_sees_another_manifest(
    sealing_room, settings, tmp_path
):
    ca_file = make_authority(tmp_path / "tsa")
    with serve(tmp_path / "tsa") as url:
        settings.TSA_URL, settings.TSA_CA_FILE = url, str(ca_file)
        answer = answered()
    folder = unpack(package_of(answer), tmp_path / "package")
    command = ("openssl", "ts", "-verify", "-in", "manifest.tsr", "-CAfile", ca_file)

    good = run(*command, "-data", "manifest.json", cwd=folder)
    other = run(*command, "-data", "data.json", cwd=folder)

    assert "Verification: OK" in good.stdout + good.stderr
    assert "Verification: FAILED" in other.stdout + other.stderr
    assert sums_hold(folder)
    assert "manifest.tsr" in (folder / "README.txt").read_text("utf-8-sig")
    for name in SIGNED:
        token, signature = _time_stamp_in(folder / name)
        (folder / "token.der").write_bytes(token)
        (folder / "signature").write_bytes(signature)
        stamped = run(
            *("openssl", "ts", "-verify", "-token_in", "-in", "token.der"),
            *("-CAfile", ca_file, "-data", "signature"),
            cwd=folder,
        )
        assert "Verification: OK" in stamped.stdout + stamped.stderr


def _time_stamp_in(pdf: Path) -> tuple[bytes, bytes]:
    """The token over a PDF's signature (PAdES-T), and the signature's own bytes."""
    with pdf.open("rb") as opened:
        (embedded,) = PdfFileReader(opened).embedded_signatures
        info = embedded.signer_info
        tokens = [
            attribute["values"][0]
            for attribute in info["unsigned_attrs"]
            if attribute["type"].native == "signature_time_stamp_token"
        ]
        assert isinstance(tokens[0], cms.ContentInfo)
        return tokens[0].dump(), info["signature"].native


def test_without_a_required_time_stamp_nothing_is_sealed(
    sealing_room, settings, tmp_path
):
    settings.TSA_URL = "http://127.0.0.1:9/"
    settings.TSA_CA_FILE = str(make_authority(tmp_path / "tsa"))
    officer = make_user("case_officer")
    answer = produce(make_in(S.DECIDED), P.AWAITING_APPROVAL, officer=officer)
    _approve(answer)

    with pytest.raises(Impossible) as refused:
        seal(answer, actor=officer)

    assert refused.value.code == "timestamp_missing"
    assert Production.objects.get(pk=answer.pk).status == P.AWAITING_APPROVAL

    settings.PACKAGE_TIMESTAMP = "optional"
    answer = seal(answer, actor=officer)

    files = files_of(package_of(answer))
    assert "manifest.tsr" not in files
    assert "manifest.tsr" not in files["README.txt"].decode("utf-8-sig")
    assert json.loads(files["certificate.json"])["timestamped"] is False
    entry = AuditEntry.objects.get(action="production.sealed")
    assert json.loads(bytes(entry.leaf))["data"]["timestamped"] is False


# -- Signing -------------------------------------------------------------------------


def test_a_key_that_cannot_be_used_seals_nothing(sealing_room, settings, tmp_path):
    settings.SIGNATURE_PROVIDER = "pkcs12"
    settings.SIGNATURE_PKCS12_FILE = str(tmp_path / "missing.p12")
    officer = make_user("case_officer")
    answer = produce(make_in(S.DECIDED), P.AWAITING_APPROVAL, officer=officer)
    _approve(answer)

    with pytest.raises(LetterUnsignable):
        seal(answer, actor=officer)

    assert Production.objects.get(pk=answer.pk).status == P.AWAITING_APPROVAL


def test_what_was_sent_back_meanwhile_is_not_sealed(sealing_room):
    officer = make_user("case_officer")
    answer = produce(make_in(S.DECIDED), P.AWAITING_APPROVAL, officer=officer)
    _approve(answer)
    begin_sealing(answer, actor=officer)
    production.return_production(answer, reason="typo", actor=officer)

    with pytest.raises(NotNow):
        finish_sealing(answer, actor=officer)

    assert Production.objects.get(pk=answer.pk).package_name == ""


# -- What the database refuses ---------------------------------------------------------


@pytest.mark.parametrize(
    "column", ["proof_size = 1", "proof_note_sha256 = 'x'", "signed_by = 'x'"]
)
def test_what_a_sealed_package_proves_never_changes(sealing_room, column):
    answer = answered()

    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"UPDATE disclosure_production SET {column} WHERE id = %s", [answer.pk]
        )
