"""Certificates and keys to sign with: read from files, or made up for the demo."""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from disclosure.packages.errors import LetterUnsignable
from disclosure.packages.signing import SigningIdentity

#: Whom a demo's signature names: no reader may take it for a seal.
DEMO_NAME: Final = "演示 DEMO – not a legal seal"
_DEMO_DAYS: Final = 3650
_DER: Final = serialization.Encoding.DER


def read_pkcs12(path: Path, password: str) -> SigningIdentity:
    """Return what a PKCS#12 file holds. Raises `LetterUnsignable`."""
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(
            path.read_bytes(), password.encode() or None
        )
    except (OSError, ValueError) as error:
        raise _unusable(path, error) from error
    if key is None or certificate is None:
        raise LetterUnsignable(data={"file": path.name, "problem": "incomplete"})
    return _identity(key, certificate, others)


def read_pem(
    key_file: Path, certificate_file: Path, chain_file: Path | None, password: str
) -> SigningIdentity:
    """Return a key and certificates in PEM files. Raises `LetterUnsignable`.

    The first certificate is the signer's; those after it, and those in `chain_file`,
    lead up from it.
    """
    try:
        key = serialization.load_pem_private_key(
            key_file.read_bytes(), password.encode() or None
        )
        found = x509.load_pem_x509_certificates(certificate_file.read_bytes())
        if chain_file is not None:
            found += x509.load_pem_x509_certificates(chain_file.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise _unusable(key_file, error) from error
    return _identity(key, found[0], found[1:])


def demo_identity(directory: Path) -> SigningIdentity:
    """Return the demo's own certificate, made on first use and kept in `directory`."""
    path = directory / "demo.p12"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        # Written aside and linked: two first uses agree on one certificate.
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(_self_made())
        with suppress(FileExistsError):
            path.hardlink_to(fresh)
        fresh.unlink()
    return read_pkcs12(path, "")


def _self_made() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DEMO_NAME)])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=_DEMO_DAYS))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        b"demo", key, certificate, None, serialization.NoEncryption()
    )


def _identity(
    key: object, certificate: x509.Certificate, others: list[x509.Certificate]
) -> SigningIdentity:
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise LetterUnsignable(data={"problem": "neither an RSA nor an EC key"})
    plain = serialization.NoEncryption()
    private = key.private_bytes(_DER, serialization.PrivateFormat.PKCS8, plain)
    public = key.public_key().public_bytes(
        _DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    if public != certificate.public_key().public_bytes(
        _DER, serialization.PublicFormat.SubjectPublicKeyInfo
    ):
        raise LetterUnsignable(data={"problem": "key of another certificate"})
    if certificate.not_valid_after_utc < datetime.now(UTC):
        day = certificate.not_valid_after_utc.date().isoformat()
        raise LetterUnsignable(data={"problem": f"certificate expired on {day}"})
    return SigningIdentity(
        certificate.public_bytes(_DER),
        private,
        tuple(other.public_bytes(_DER) for other in others),
    )


def _unusable(path: Path, error: Exception) -> LetterUnsignable:
    # The message of a library may quote what it could not read.
    return LetterUnsignable(data={"file": path.name, "problem": type(error).__name__})
