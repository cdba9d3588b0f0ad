"""Signatures: whose key, by setting; digests and keys as other programs have them."""

import io
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured

from disclosure.checks import check_packages
from disclosure.packages.certificates import DEMO_NAME, read_pkcs12
from disclosure.packages.configured import digests, signature_provider
from disclosure.packages.digests import Digest, digest, sums_file
from disclosure.packages.encryption import encrypt_to, read_public_key
from disclosure.packages.errors import (
    LetterUnsignable,
    PackageMismatch,
    RecipientKeyInvalid,
    SecretKeyGiven,
)
from disclosure.packages.letters import render_letter
from disclosure.packages.parts import LetterKind
from tests.packages.outsiders import is_sound, require_archival, run, signature_of
from tests.packages.samples import COURT, VALUES, letter

PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def unsigned() -> bytes:
    return render_letter(letter(LetterKind.PRODUCTION, addressee=COURT), VALUES)


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> Path:
    """A root, a certificate under it for the company, and both as a PKCS#12 file."""
    folder: Path = tmp_path_factory.mktemp("company")
    for name in ("root", "seal"):
        _openssl("genrsa", "-out", folder / f"{name}.key", "2048")
    root = ("-key", folder / "root.key", "-out", folder / "root.pem", "-days", "2")
    _openssl("req", "-x509", "-new", *root, "-subj", "/CN=Example Root")
    asked = ("-key", folder / "seal.key", "-out", folder / "seal.csr")
    _openssl("req", "-new", *asked, "-subj", "/CN=Example Company")
    _openssl(
        *("x509", "-req", "-in", folder / "seal.csr", "-out", folder / "seal.pem"),
        *("-CA", folder / "root.pem", "-CAkey", folder / "root.key", "-days", "2"),
    )
    _openssl(
        *("pkcs12", "-export", "-inkey", folder / "seal.key"),
        *("-in", folder / "seal.pem", "-certfile", folder / "root.pem"),
        *("-out", folder / "seal.p12", "-passout", f"pass:{PASSWORD}"),
    )
    return folder


def _openssl(*arguments: object) -> None:
    subprocess.run(
        ["openssl", *map(str, arguments)], check=True, capture_output=True, text=True
    )


def configure(settings, **values) -> None:
    for name, value in values.items():
        setattr(settings, f"SIGNATURE_{name}", str(value))


def signed_by_settings(pdf: bytes, tmp_path: Path) -> Path:
    provider = signature_provider()
    assert provider is not None
    path = tmp_path / "signed.pdf"
    path.write_bytes(provider.sign(pdf, reason="DR-2026-000123"))
    return path


def test_a_pkcs12_file_signs(settings, company, unsigned, tmp_path):
    configure(
        settings,
        PROVIDER="pkcs12",
        PKCS12_FILE=company / "seal.p12",
        PASSWORD=PASSWORD,
    )

    signed = signed_by_settings(unsigned, tmp_path)

    said = signature_of(signed)
    assert "Signature is Valid." in said
    assert "CN=Example Company" in said
    assert is_sound(signed)
    require_archival(signed)


def test_pem_files_sign_and_the_chain_goes_along(settings, company, unsigned, tmp_path):
    configure(
        settings,
        PROVIDER="pem",
        KEY_FILE=company / "seal.key",
        CERTIFICATE_FILE=company / "seal.pem",
        CHAIN_FILE=company / "root.pem",
    )

    signed = signed_by_settings(unsigned, tmp_path)

    assert "CN=Example Company" in signature_of(signed)
    assert b"Example Root".hex().encode() in signed.read_bytes().lower()


def test_a_signature_is_appended_and_leaves_the_metadata_alone(settings, unsigned):
    provider = signature_provider()
    assert provider is not None

    signed = provider.sign(unsigned, reason="DR-2026-000123")

    assert signed.startswith(unsigned)
    with (
        pikepdf.open(io.BytesIO(unsigned)) as before,
        pikepdf.open(io.BytesIO(signed)) as after,
    ):
        kept = after.Root.Metadata.read_bytes()
        assert kept == before.Root.Metadata.read_bytes()
        (field,) = after.Root.AcroForm.Fields
        numbers = list(after.Root.StructTreeRoot.ParentTree.Nums)
        assert numbers[-2] == field.StructParent
        assert pikepdf.Name.Form == numbers[-1].S
        assert numbers[-1].K[0].Obj.objgen == field.objgen
        assert list(field.Rect) == [0, 0, 0, 0]


def test_the_demo_names_itself_and_is_made_once(settings, unsigned, tmp_path):
    settings.SIGNATURE_DEMO_DIR = tmp_path / "signing"
    configure(settings, PROVIDER="demo")

    first, second = signature_provider(), signature_provider()

    assert first is not None
    assert second is not None
    assert first.is_demo
    assert first.certificate_sha256 == second.certificate_sha256
    assert "not a legal seal" in DEMO_NAME
    assert (tmp_path / "signing" / "demo.p12").stat().st_mode & 0o077 == 0


def test_nobody_signs_where_none_is_set(settings):
    configure(settings, PROVIDER="none")

    assert signature_provider() is None


class Adapter:
    """A seal of another make, as an adapter brings it in."""

    certificate_sha256 = "ab" * 32
    is_demo = False

    def sign(self, pdf: bytes, *, reason: str, transport=None) -> bytes:
        """Return the PDF with something behind it."""
        return pdf + b"\n% sealed elsewhere\n"


def test_an_adapter_is_found_by_its_path(settings):
    configure(settings, PROVIDER="tests.packages.test_signing.Adapter")

    provider = signature_provider()

    assert provider is not None
    assert provider.certificate_sha256 == "ab" * 32


@pytest.mark.parametrize("name", ["pkcs11", "no.such.adapter", ""])
def test_an_unknown_provider_is_named(settings, name):
    configure(settings, PROVIDER=name)

    with pytest.raises(ImproperlyConfigured, match="SIGNATURE_PROVIDER"):
        signature_provider()


@pytest.mark.parametrize("missing", ["PKCS12_FILE", "KEY_FILE", "CERTIFICATE_FILE"])
def test_a_provider_without_its_file_says_which(settings, missing):
    provider = "pkcs12" if missing == "PKCS12_FILE" else "pem"
    configure(settings, PROVIDER=provider, KEY_FILE="k", CERTIFICATE_FILE="c")
    configure(settings, **{missing: ""})

    with pytest.raises(ImproperlyConfigured, match=missing):
        signature_provider()


def test_a_wrong_password_and_a_strange_key_sign_nothing(settings, company):
    with pytest.raises(LetterUnsignable) as wrong:
        read_pkcs12(company / "seal.p12", "canary-password")
    assert "canary" not in f"{wrong.value} {wrong.value.data!r}"

    configure(
        settings,
        PROVIDER="pem",
        KEY_FILE=company / "root.key",
        CERTIFICATE_FILE=company / "seal.pem",
    )
    with pytest.raises(LetterUnsignable):
        signature_provider()


def test_an_expired_certificate_signs_nothing(settings, company):
    configure(
        settings, PROVIDER="pkcs12", PKCS12_FILE=company / "seal.p12", PASSWORD=PASSWORD
    )

    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        with pytest.raises(LetterUnsignable) as refused:
            signature_provider()
        (found,) = check_packages(None)

    assert "expired" in str(refused.value.data)
    assert "expired" in found.msg


def test_the_demo_signature_is_refused_in_a_deployment(settings):
    configure(settings, PROVIDER="demo")

    assert [found.id for found in check_packages(None)] == ["disclosure.E014"]

    configure(settings, PROVIDER="none")
    assert check_packages(None) == []


def test_what_is_no_pdf_is_not_signed(settings):
    provider = signature_provider()
    assert provider is not None

    with pytest.raises(LetterUnsignable):
        provider.sign(b"no PDF at all", reason="x")


# -- Digests -------------------------------------------------------------------------


def test_sm3_is_that_of_the_standard_and_of_openssl(tmp_path):
    """The first example of GB/T 32905-2016, annex A."""
    known = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    (tmp_path / "abc.txt").write_bytes(b"abc")

    assert digest(Digest.SM3, b"abc") == known
    said = run("openssl", "dgst", "-sm3", "-r", "abc.txt", cwd=tmp_path).stdout
    assert said.encode() == sums_file(Digest.SM3, [("abc.txt", b"abc")])


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (["sha256"], ("sha256",)),
        (["sm3"], ("sha256", "sm3")),
        (["SHA256", " sm3 "], ("sha256", "sm3")),
        ([], ("sha256",)),
    ],
)
def test_sha256_is_always_among_the_digests(settings, named, expected):
    settings.PACKAGE_DIGESTS = named

    assert digests() == expected


def test_an_unknown_digest_is_named(settings):
    settings.PACKAGE_DIGESTS = ["sha256", "md5"]

    with pytest.raises(ImproperlyConfigured, match="md5"):
        digests()


# -- Keys ----------------------------------------------------------------------------


@pytest.fixture
def age_key(tmp_path) -> tuple[Path, str]:
    """A key pair of the age program: the file, and the public key in it."""
    path = tmp_path / "key.txt"
    run("age-keygen", "-o", path)
    public = run("age-keygen", "-y", path).stdout.strip()
    return path, public


def test_age_opens_what_was_encrypted_to_its_key(age_key, tmp_path):
    path, public = age_key
    (tmp_path / "package.zip.age").write_bytes(encrypt_to(b"package", [public]))

    done = run("age", "-d", "-i", path, tmp_path / "package.zip.age")

    assert (done.returncode, done.stdout) == (0, "package")


def test_each_of_several_keys_opens_it_and_no_other(age_key, tmp_path):
    path, public = age_key
    other, stranger = tmp_path / "other.txt", tmp_path / "stranger.txt"
    for file in (other, stranger):
        run("age-keygen", "-o", file)
    second = run("age-keygen", "-y", other).stdout.strip()
    (tmp_path / "p.age").write_bytes(encrypt_to(b"package", [public, second]))

    opened = [
        run("age", "-d", "-i", file, tmp_path / "p.age").returncode == 0
        for file in (path, other, stranger)
    ]

    assert opened == [True, True, False]


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_an_ssh_key_works_and_has_the_fingerprint_its_owner_knows(tmp_path, kind):
    path = tmp_path / "id"
    run("ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "li@example.org", "-f", path)
    text = path.with_suffix(".pub").read_text()

    key = read_public_key(text)

    assert "example.org" not in key.recipient
    assert key.fingerprint in run("ssh-keygen", "-lf", path.with_suffix(".pub")).stdout
    (tmp_path / "p.age").write_bytes(encrypt_to(b"package", [key.recipient]))
    assert run("age", "-d", "-i", path, tmp_path / "p.age").stdout == "package"


def test_a_secret_key_is_refused_as_one_and_not_quoted(age_key):
    secret = age_key[0].read_text()

    for text in (
        secret,
        secret.splitlines()[-1],
        "-----BEGIN OPENSSH PRIVATE KEY-----",
    ):
        with pytest.raises(SecretKeyGiven) as refused:
            read_public_key(text)
        assert "AGE-SECRET" not in f"{refused.value} {refused.value.data!r}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1",
        "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq",
        "ssh-ed25519 AAAA",
        "ssh-dss AAAAB3NzaC1kc3MAAACB",
        "age1pq1" + "q" * 60,
        "hello",
        "a" * 5000,
    ],
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(RecipientKeyInvalid):
        read_public_key(text)


def test_a_key_with_one_letter_wrong_is_refused(age_key):
    public = age_key[1]
    wrong = public[:-1] + ("q" if public[-1] != "q" else "p")

    with pytest.raises(RecipientKeyInvalid):
        read_public_key(wrong)


def test_two_keys_at_once_are_refused(age_key):
    with pytest.raises(RecipientKeyInvalid):
        read_public_key(f"{age_key[1]}\n{age_key[1]}")


def test_encrypting_to_nobody_is_a_fault():
    with pytest.raises(PackageMismatch):
        encrypt_to(b"package", [])
