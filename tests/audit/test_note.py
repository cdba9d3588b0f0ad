"""Signed notes, checkpoints and proof files against the published examples."""

import base64
from dataclasses import replace

import pytest

from disclosure.audit import merkle
from disclosure.audit.checkpoint import (
    Checkpoint,
    CheckpointError,
    TlogProof,
    open_checkpoint,
)
from disclosure.audit.note import (
    NoteError,
    SigningKey,
    VerifierKey,
    open_note,
    sign_note,
    split_note,
)

# The example of golang.org/x/mod/sumdb/note; Ed25519 is deterministic, so the
# same key over the same text must give the same bytes.
GO_SIGNING_KEY = (
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
)
GO_VERIFIER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_NOTE = (
    f"{GO_TEXT}\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuG"
    "UgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
# The example of c2sp.org/signed-note.
SPEC_VERIFIER_KEY = (
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
)
SPEC_NOTE = (
    "This is an example message.\n\n"
    "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1E"
    "RYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
# The example checkpoint of c2sp.org/tlog-checkpoint.
SPEC_CHECKPOINT = (
    "example.com/behind-the-sofa\n20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
)

ALICE = SigningKey("log.example.com/alice", bytes(range(32)))
BOB = SigningKey("log.example.com/bob", bytes(range(1, 33)))


def test_signing_equals_the_go_implementation_byte_for_byte():
    key = SigningKey.parse(GO_SIGNING_KEY)

    assert str(key.verifier) == GO_VERIFIER_KEY
    assert key.export() == GO_SIGNING_KEY
    assert sign_note(GO_TEXT, key) == GO_NOTE


@pytest.mark.parametrize(
    ("note", "key", "text"),
    [
        (GO_NOTE, GO_VERIFIER_KEY, GO_TEXT),
        (SPEC_NOTE, SPEC_VERIFIER_KEY, "This is an example message.\n"),
    ],
)
def test_published_notes_open(note, key, text):
    opened = open_note(note, [VerifierKey.parse(key)])

    assert opened.text == text
    assert opened.verified == (VerifierKey.parse(key),)
    assert opened.ignored == ()


def test_every_changed_byte_of_a_note_is_refused():
    trusted = [VerifierKey.parse(GO_VERIFIER_KEY)]
    for position in range(len(GO_NOTE)):
        for bit in (1, 0x20, 0x80):
            spoilt = bytearray(GO_NOTE)
            spoilt[position] ^= bit
            with pytest.raises(NoteError):
                open_note(bytes(spoilt), trusted)


def test_every_truncation_of_a_note_is_refused():
    trusted = [VerifierKey.parse(GO_VERIFIER_KEY)]
    for end in range(len(GO_NOTE)):
        with pytest.raises(NoteError):
            open_note(GO_NOTE[:end], trusted)


def test_a_signing_key_does_not_show_its_seed():
    assert "seed" not in repr(ALICE)
    assert ALICE.seed.hex() not in repr(ALICE)
    with pytest.raises(NoteError) as refusal:
        SigningKey.parse(ALICE.export()[:-2])
    assert ALICE.export()[-20:-4] not in str(refusal.value)


def test_lines_by_unknown_keys_are_ignored_and_reported():
    both = sign_note(GO_TEXT, BOB, ALICE)

    opened = open_note(both, [ALICE.verifier])

    assert opened.verified == (ALICE.verifier,)
    assert [line.name for line in opened.ignored] == [BOB.name]


def test_lines_of_unknown_signature_types_are_ignored():
    # An ML-DSA-44 cosignature (type 0x06) has 2,420 bytes.
    later_type = base64.b64encode(b"\x06abc" + b"\x00" * 2420).decode()
    note = sign_note(GO_TEXT, ALICE) + f"\u2014 {ALICE.name} {later_type}\n".encode()

    opened = open_note(note, [ALICE.verifier])

    assert opened.verified == (ALICE.verifier,)
    assert len(opened.ignored) == 1


def test_a_known_key_with_another_name_is_unknown():
    renamed = SigningKey("other.example.com", ALICE.seed)
    with pytest.raises(NoteError, match="no trusted key"):
        open_note(sign_note(GO_TEXT, renamed), [ALICE.verifier])


def test_a_failing_signature_by_a_trusted_key_spoils_the_note():
    """Even when another trusted key signed correctly."""
    forged = sign_note("another text\n", BOB).decode().split("\n\n")[1]
    note = sign_note(GO_TEXT, ALICE) + forged.encode()
    assert open_note(note, [ALICE.verifier])

    with pytest.raises(NoteError, match="does not verify"):
        open_note(note, [ALICE.verifier, BOB.verifier])


def test_the_text_ends_at_the_last_blank_line():
    text = "one\n\ntwo\n"

    assert open_note(sign_note(text, ALICE), [ALICE.verifier]).text == text


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\n\n",
        b"text\n",
        b"text\n\n",
        b"text\n\nno dash\n",
        b"text\n\n- example.com AAAAAAAA\n",
        "text\n\n\u2014 example.com\n".encode(),
        "text\n\n\u2014 example.com AAAA\n".encode(),
        "text\n\n\u2014 example.com !!!!\n".encode(),
        "text\n\n\u2014 a+b AAAAAAAA\n".encode(),
        "text\n\n\u2014  AAAAAAAA\n".encode(),
        "\n\n\u2014 example.com AAAAAAAA\n".encode(),
        "te\rxt\n\n\u2014 example.com AAAAAAAA\n".encode(),
        "text\n\n\u2014 example.com AAAAAAAA".encode(),
        "text\n\n\u2014 example.com AAAAAAAA\n\u2014 \n".encode(),
        b"\xff\xfe\n\n",
        b"x" * 1_000_001,
        ("text\n\n" + "\u2014 example.com AAAAAAAA\n" * 101).encode(),
    ],
)
def test_malformed_notes_are_refused(note):
    with pytest.raises(NoteError):
        split_note(note)


@pytest.mark.parametrize(
    "text", ["", "\n", "no newline", "control \x01 character\n", "tab\there\n"]
)
def test_texts_that_could_not_be_opened_again_are_not_signed(text):
    with pytest.raises(NoteError):
        sign_note(text, ALICE)


def test_a_note_needs_a_signer():
    with pytest.raises(NoteError):
        sign_note(GO_TEXT)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "PeterNeumann",
        GO_VERIFIER_KEY[:-4],
        GO_VERIFIER_KEY + "AAAA",
        GO_VERIFIER_KEY.replace("c74f20a3", "c74f20a4"),
        GO_VERIFIER_KEY.replace("c74f20a3", "C74F20A3"),
        GO_VERIFIER_KEY.replace("c74f20a3", "zz"),
        GO_VERIFIER_KEY.replace("Peter", "Pet er"),
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_malformed_verifier_keys_are_refused(key):
    with pytest.raises(NoteError):
        VerifierKey.parse(key)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\x7f b"])
def test_names_the_format_cannot_carry_are_refused(name):
    with pytest.raises(NoteError):
        SigningKey.generate(name)


def test_generated_keys_differ_and_survive_export():
    first, second = (SigningKey.generate("log.example.com") for _ in range(2))

    assert first != second
    assert SigningKey.parse(first.export()) == first
    assert VerifierKey.parse(str(first.verifier)) == first.verifier


def test_checkpoint_text_equals_the_published_example():
    checkpoint = Checkpoint.parse(SPEC_CHECKPOINT)

    assert checkpoint.origin == "example.com/behind-the-sofa"
    assert checkpoint.size == 20852163
    assert checkpoint.text() == SPEC_CHECKPOINT


def test_extension_lines_are_allowed():
    assert Checkpoint.parse(SPEC_CHECKPOINT + "extension\n").size == 20852163


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n1\n",
        SPEC_CHECKPOINT.removesuffix("\n"),
        SPEC_CHECKPOINT + "\n",
        SPEC_CHECKPOINT.replace("\n20852163", "\n020852163"),
        SPEC_CHECKPOINT.replace("\n20852163", "\n-1"),
        SPEC_CHECKPOINT.replace("\n20852163", "\n" + "9" * 400),
        SPEC_CHECKPOINT.replace("\n20852163", "\n\u0661"),
        SPEC_CHECKPOINT.replace("=\n", "\n"),
        SPEC_CHECKPOINT.replace("CsUY", ""),
        SPEC_CHECKPOINT.replace("example.com/behind-the-sofa", ""),
    ],
)
def test_malformed_checkpoints_are_refused(text):
    with pytest.raises(CheckpointError):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint("", 1, merkle.EMPTY_ROOT),
        Checkpoint("two\nlines", 1, merkle.EMPTY_ROOT),
        Checkpoint("example.com", -1, merkle.EMPTY_ROOT),
        Checkpoint("example.com", 2**63, merkle.EMPTY_ROOT),
        Checkpoint("example.com", 1, b""),
    ],
)
def test_impossible_checkpoints_are_not_signed(checkpoint):
    with pytest.raises(CheckpointError):
        checkpoint.sign(ALICE)


LEAF_HASHES = [merkle.hash_leaf(str(number).encode()) for number in range(1000)]
CHECKPOINT = Checkpoint("log.example.com/alice", 1000, merkle.root(LEAF_HASHES))
PROOF = TlogProof(
    index=737,
    hashes=tuple(merkle.inclusion_proof(LEAF_HASHES, 737)),
    note=CHECKPOINT.sign(ALICE),
)


@pytest.mark.parametrize("extra", [None, b"", b"some \x00 bytes\n"])
def test_proof_files_survive_the_round_trip(extra):
    proof = replace(PROOF, extra=extra)

    read = TlogProof.parse(proof.export())

    assert read == proof
    assert read.verify(LEAF_HASHES[737], [ALICE.verifier]) == CHECKPOINT


def test_proof_file_is_laid_out_as_the_specification_says():
    lines = replace(PROOF, extra=b"x").export().decode().split("\n")

    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra eA==", "index 737"]
    assert [base64.b64decode(line) for line in lines[3:13]] == list(PROOF.hashes)
    assert lines[13:16] == ["", "log.example.com/alice", "1000"]


def test_a_proof_of_the_only_leaf_has_no_hashes():
    checkpoint = Checkpoint("example.com", 1, LEAF_HASHES[0])
    proof = TlogProof(0, (), checkpoint.sign(ALICE))

    assert TlogProof.parse(proof.export()) == proof
    assert proof.verify(LEAF_HASHES[0], [ALICE.verifier]) == checkpoint


def test_proofs_of_something_else_are_refused():
    for proof, leaf_hash in [
        (PROOF, LEAF_HASHES[736]),
        (replace(PROOF, index=736), LEAF_HASHES[737]),
        (replace(PROOF, hashes=PROOF.hashes[:-1]), LEAF_HASHES[737]),
        (replace(PROOF, note=CHECKPOINT.sign(BOB)), LEAF_HASHES[737]),
        (replace(PROOF, note=b""), LEAF_HASHES[737]),
        (
            replace(PROOF, note=replace(CHECKPOINT, size=999).sign(ALICE)),
            LEAF_HASHES[736],
        ),
    ]:
        with pytest.raises((CheckpointError, NoteError)):
            proof.verify(leaf_hash, [ALICE.verifier])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"c2sp.org/tlog-proof@v1\n\n",
        b"c2sp.org/tlog-proof@v2\nindex 0\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex 01\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex -1\n\nnote",
        b"c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\nnote",
        b"c2sp.org/tlog-proof@v1\nextra eA==\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex 0\n\xff\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + b"A" * 43 + b"=\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + (b"A" * 43 + b"=\n") * 64 + b"\nnote",
    ],
)
def test_malformed_proof_files_are_refused(data):
    with pytest.raises(CheckpointError):
        TlogProof.parse(data)


def test_open_checkpoint_wants_a_trusted_signature():
    assert open_checkpoint(CHECKPOINT.sign(ALICE), [ALICE.verifier]) == CHECKPOINT
    with pytest.raises(NoteError):
        open_checkpoint(CHECKPOINT.sign(BOB), [ALICE.verifier])
