"""Which files come in: every benign one, and none that could do harm."""

import hashlib
import socket
import threading

import pikepdf
import pytest
from django.utils import translation

from disclosure.files import inspection, sandbox
from disclosure.files.inspection import inspect
from disclosure.files.problems import SENTENCES, Problem
from tests.files import corpus

PDF = "application/pdf"


@pytest.fixture(autouse=True)
def limits(settings):
    settings.UPLOAD_MAX_BYTES = 5 * 1024 * 1024
    settings.CLAMD_ADDRESS = ""


@pytest.mark.parametrize("name", corpus.BENIGN)
def test_benign_files_come_in(name):
    content_type, data = corpus.BENIGN[name]

    found = inspect(name, content_type, data)

    assert found.problem is None
    assert found.ok
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert found.size == len(data)
    assert found.message == ""


def test_the_media_type_is_of_the_content_not_of_the_claim():
    content_type, data = corpus.BENIGN["links-windows.csv"]

    assert inspect("links.csv", content_type, data).media_type == "text/csv"


@pytest.mark.parametrize(
    ("name", "pages"), [("many-pages.pdf", 120), ("fax-three-pages.tiff", 3)]
)
def test_pages_are_counted(name, pages):
    assert inspect(name, *corpus.BENIGN[name]).pages == pages


@pytest.mark.parametrize("change", corpus.PDF_ACTIONS)
@pytest.mark.parametrize("build", [corpus.pdf, corpus.in_object_streams])
def test_active_parts_of_a_pdf_are_found(change, build):
    found = inspect("order.pdf", PDF, build(change))

    assert found.problem is Problem.ACTIVE_CONTENT
    assert found.media_type == ""


NAMES = {
    "": Problem.NAME_EMPTY,
    "  ": Problem.NAME_EMPTY,
    "...": Problem.NAME_EMPTY,
    "x" * 117 + ".pdf": Problem.NAME_TOO_LONG,
    "../order.pdf": Problem.NAME_CHARACTERS,
    "a\\order.pdf": Problem.NAME_CHARACTERS,
    "order\x00.pdf": Problem.NAME_CHARACTERS,
    "order\r\nX: y.pdf": Problem.NAME_CHARACTERS,
    "order\u202efdp.exe.pdf": Problem.NAME_CHARACTERS,
    "order\u200b.pdf": Problem.NAME_CHARACTERS,
    "order\ud800.pdf": Problem.NAME_CHARACTERS,
    "order\u2028.pdf": Problem.NAME_CHARACTERS,
    'or"der.pdf': Problem.NAME_CHARACTERS,
    "order": Problem.TYPE_NOT_ACCEPTED,
    ".pdf": Problem.TYPE_NOT_ACCEPTED,
    "order.pdf.exe": Problem.TYPE_NOT_ACCEPTED,
    "order.html": Problem.TYPE_NOT_ACCEPTED,
    "order.svg": Problem.TYPE_NOT_ACCEPTED,
    "order.zip": Problem.TYPE_NOT_ACCEPTED,
    "order.docm": Problem.TYPE_NOT_ACCEPTED,
}


@pytest.mark.parametrize("name", NAMES)
def test_bad_names_are_refused(name):
    assert inspect(name, PDF, corpus.pdf()).problem is NAMES[name]


PNG_BYTES = corpus.image("PNG")
HARMFUL = {
    "empty": ("a.pdf", PDF, b"", Problem.EMPTY),
    "too large": ("a.txt", "text/plain", b"a" * 5_242_881, Problem.TOO_LARGE),
    "program named pdf": ("a.pdf", PDF, b"MZ\x90\x00", Problem.TYPE_MISMATCH),
    "page named pdf": ("a.pdf", PDF, b"<html></html>", Problem.TYPE_MISMATCH),
    "pdf after junk": ("a.pdf", PDF, b"junk" + corpus.pdf(), Problem.TYPE_MISMATCH),
    "jpeg named png": (
        "a.png",
        "image/png",
        corpus.image("JPEG"),
        Problem.TYPE_MISMATCH,
    ),
    "gif named png": ("a.png", "image/png", b"GIF89a", Problem.TYPE_MISMATCH),
    "pdf named txt": ("a.txt", "text/plain", corpus.pdf(), Problem.TYPE_MISMATCH),
    "page named txt": (
        "a.txt",
        "text/plain",
        b" \n<!DOCTYPE html>",
        Problem.TYPE_MISMATCH,
    ),
    "script named csv": ("a.csv", "text/csv", b"#!/bin/sh\n", Problem.TYPE_MISMATCH),
    "zip named docx": (
        "a.docx",
        corpus.DOCX,
        corpus.archive({"a.txt": "a"}),
        Problem.TYPE_MISMATCH,
    ),
    "old word named docx": (
        "a.docx",
        corpus.DOCX,
        b"\xd0\xcf\x11\xe0" * 9,
        Problem.TYPE_MISMATCH,
    ),
    "docx named ofd": ("a.ofd", "", corpus.docx(), Problem.TYPE_MISMATCH),
    "html declared": ("a.pdf", "text/html", corpus.pdf(), Problem.DECLARED_MISMATCH),
    "png declared": ("a.pdf", "image/png", corpus.pdf(), Problem.DECLARED_MISMATCH),
    "only a header": ("a.pdf", PDF, b"%PDF-1.7\n", Problem.UNREADABLE),
    "no pages": ("a.pdf", PDF, corpus.pdf(pages=0), Problem.UNREADABLE),
    "cut png": ("a.png", "image/png", PNG_BYTES[:60], Problem.UNREADABLE),
    "cut jpeg": (
        "a.jpg",
        "image/jpeg",
        corpus.image("JPEG")[:200],
        Problem.UNREADABLE,
    ),
    "locked pdf": (
        "a.pdf",
        PDF,
        corpus.pdf(encryption=pikepdf.Encryption(owner="o", user="u")),
        Problem.PASSWORD_PROTECTED,
    ),
    "pixel flood": (
        "a.png",
        "image/png",
        corpus.png_claiming(60_000, 60_000),
        Problem.TOO_MANY_PIXELS,
    ),
    "archive after image": (
        "a.png",
        "image/png",
        PNG_BYTES + corpus.docx(),
        Problem.TWO_FORMATS,
    ),
    "archive after pdf": (
        "a.pdf",
        PDF,
        corpus.pdf() + corpus.docx(),
        Problem.TWO_FORMATS,
    ),
    "macro": (
        "a.docx",
        corpus.DOCX,
        corpus.docx({"word/vbaProject.bin": b"x"}),
        Problem.ACTIVE_CONTENT,
    ),
    "remote template": (
        "a.docx",
        corpus.DOCX,
        corpus.docx({"word/_rels/settings.xml.rels": '<R Type="x/attachedTemplate"/>'}),
        Problem.ACTIVE_CONTENT,
    ),
    "picture from elsewhere": (
        "a.docx",
        corpus.DOCX,
        corpus.docx(
            {
                "word/_rels/document.xml.rels": '<Relationship Type="x/image" '
                'Target="https://www.example.com/p.png" TargetMode="External"/>'
            }
        ),
        Problem.ACTIVE_CONTENT,
    ),
    "remote template in UTF-16": (
        "a.docx",
        corpus.DOCX,
        corpus.docx(
            {"word/_rels/a.xml.rels": '<R Type="x/attachedTemplate"/>'.encode("utf-16")}
        ),
        Problem.ACTIVE_CONTENT,
    ),
    "relations of a megabyte": (
        "a.docx",
        corpus.DOCX,
        corpus.docx({"word/_rels/a.xml.rels": "<R/>" * 300_000}),
        Problem.UNPACKS_TOO_LARGE,
    ),
    "embedded object": (
        "a.docx",
        corpus.DOCX,
        corpus.docx({"word/embeddings/o.bin": b"x"}),
        Problem.ACTIVE_CONTENT,
    ),
    "archive in archive": (
        "a.docx",
        corpus.DOCX,
        corpus.docx({"word/media/i.png": corpus.archive({"a": "a"})}),
        Problem.ACTIVE_CONTENT,
    ),
    "entity bomb": (
        "a.docx",
        corpus.DOCX,
        corpus.docx({"word/styles.xml": '<!DOCTYPE a [<!ENTITY b "c">]>'}),
        Problem.ACTIVE_CONTENT,
    ),
    "script in ofd": (
        "a.ofd",
        "",
        corpus.ofd({"Doc_0/a.xml": "<!ENTITY x 'y'>"}),
        Problem.ACTIVE_CONTENT,
    ),
    "slip": (
        "a.docx",
        corpus.DOCX,
        corpus.docx({"../../etc/x": "x"}),
        Problem.UNREADABLE,
    ),
    "absolute": (
        "a.docx",
        corpus.DOCX,
        corpus.docx({"/etc/x": ""}),
        Problem.UNREADABLE,
    ),
    "symlink": ("a.docx", corpus.DOCX, corpus.symlink_archive(), Problem.UNREADABLE),
    "locked docx": (
        "a.docx",
        corpus.DOCX,
        corpus.encrypted_archive(),
        Problem.PASSWORD_PROTECTED,
    ),
    "bomb": (
        "a.docx",
        corpus.DOCX,
        corpus.docx({"word/a.xml": bytes(300 * 1024 * 1024)}),
        Problem.UNPACKS_TOO_LARGE,
    ),
    "steep bomb": (
        "a.docx",
        corpus.DOCX,
        corpus.docx({"word/a.xml": bytes(20 * 1024 * 1024)}),
        Problem.UNPACKS_TOO_LARGE,
    ),
    "lying bomb": ("a.docx", corpus.DOCX, corpus.lying_archive(), None),
    "too many members": (
        "a.docx",
        corpus.DOCX,
        corpus.docx({f"word/{n}.xml": "" for n in range(2_001)}),
        Problem.UNPACKS_TOO_LARGE,
    ),
    "control characters": ("a.txt", "text/plain", b"a\x07b", Problem.TEXT_CHARACTERS),
    "zero in text": ("a.csv", "text/csv", b"a,b\x00", Problem.TEXT_CHARACTERS),
    "escape codes": ("a.txt", "text/plain", b"\x1b[2J", Problem.TEXT_CHARACTERS),
    "no encoding": ("a.txt", "text/plain", b"\x80\xff\xfe", Problem.TEXT_ENCODING),
}


@pytest.mark.parametrize("case", HARMFUL)
def test_harmful_files_are_refused(case):
    name, content_type, data, problem = HARMFUL[case]

    found = inspect(name, content_type, data)

    assert not found.ok
    assert problem in (None, found.problem)
    assert found.media_type == ""
    assert found.size == len(data)


@pytest.mark.parametrize(("language", "stop"), [("en", "."), ("zh-hans", "。")])
def test_every_problem_has_a_sentence_that_ends(language, stop):
    assert set(SENTENCES) == set(Problem)
    with translation.override(language):
        assert all(str(sentence).endswith(stop) for sentence in SENTENCES.values())


def test_too_many_pages_are_refused(monkeypatch):
    monkeypatch.setattr(inspection, "MOST_PAGES", 3)

    assert inspect("a.pdf", PDF, corpus.pdf(pages=3)).ok
    found = inspect("a.pdf", PDF, corpus.pdf(pages=4))
    assert found.problem is Problem.TOO_MANY_PAGES


def test_a_file_the_worker_cannot_check_in_its_limits_is_refused(monkeypatch):
    scan = corpus.image("PNG", (4000, 4000))
    assert inspect("a.png", "image/png", scan).ok

    monkeypatch.setattr(sandbox, "MEMORY_BYTES", 1024 * 1024)

    assert inspect("a.png", "image/png", scan).problem is Problem.TOO_COMPLEX


def test_an_object_stream_that_explodes_is_refused(monkeypatch):
    assert inspect("a.pdf", PDF, corpus.with_object_stream(0)).ok

    bomb = corpus.with_object_stream(300 * 1024 * 1024)
    monkeypatch.setattr(sandbox, "MEMORY_BYTES", 300 * 1024 * 1024)

    assert len(bomb) < 2 * 1024 * 1024
    assert inspect("a.pdf", PDF, corpus.with_object_stream(0)).ok
    assert not inspect("a.pdf", PDF, bomb).ok


def test_a_worker_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.01)

    assert inspect("a.pdf", PDF, corpus.pdf()).problem is Problem.TOO_COMPLEX


# -- Virus scanner ------------------------------------------------------------------


@pytest.fixture
def scanner(tmp_path, settings):
    """A scanner that speaks the clamd protocol and refuses the word VIRUS."""
    path = str(tmp_path / "clamd.sock")
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
    answers = {"infected": b"stream: Test-Signature FOUND\0", "clean": b"stream: OK\0"}

    def exactly(connection, size):
        received = b""
        while len(received) < size:
            part = connection.recv(size - len(received))
            if not part:
                raise EOFError
            received += part
        return received

    def serve():
        connection, _ = server.accept()
        with connection:
            assert exactly(connection, 10) == b"zINSTREAM\0"
            data = b""
            while size := int.from_bytes(exactly(connection, 4), "big"):
                data += exactly(connection, size)
            kind = "infected" if b"VIRUS" in data else "clean"
            connection.sendall(answers[kind])

    thread = threading.Thread(target=serve)
    thread.start()
    settings.CLAMD_ADDRESS = path
    yield answers
    thread.join(5)
    server.close()


def test_a_scanned_file_comes_in(scanner):
    assert inspect("a.txt", "text/plain", b"clean " * 40_000).ok


def test_what_the_scanner_finds_is_refused(scanner):
    found = inspect("a.txt", "text/plain", b"x" * 200_000 + b"VIRUS")

    assert found.problem is Problem.INFECTED


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded\0", b"", b"what?\0"])
def test_no_clear_answer_is_no_clean_file(scanner, answer):
    scanner["clean"] = answer

    assert inspect("a.txt", "text/plain", b"text").problem is Problem.NOT_SCANNED


@pytest.mark.parametrize(
    "address",
    ["/nonexistent/clamd", "127.0.0.1:1", "127.0.0.1:x", "pigeon"],
)
def test_a_scanner_that_is_away_lets_nothing_in(settings, address):
    settings.CLAMD_ADDRESS = address

    assert inspect("a.txt", "text/plain", b"text").problem is Problem.NOT_SCANNED
