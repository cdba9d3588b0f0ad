"""The signature and the digests that the settings choose.

``SIGNATURE_PROVIDER``: ``none``, ``demo`` (a self-made certificate that says so),
``pkcs12`` (``SIGNATURE_PKCS12_FILE``), ``pem`` (``SIGNATURE_KEY_FILE``,
``SIGNATURE_CERTIFICATE_FILE``, ``SIGNATURE_CHAIN_FILE``), or the dotted path of a class
or function that returns a `SignatureProvider` when called without arguments.
``SIGNATURE_PASSWORD`` opens the key. ``PACKAGE_DIGESTS``: which digests a package has.
"""

from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from disclosure.packages.certificates import demo_identity, read_pem, read_pkcs12
from disclosure.packages.digests import Digest
from disclosure.packages.signing import PadesProvider, SignatureProvider


def signature_provider() -> SignatureProvider | None:
    """Return who signs, None for nobody.

    Raises `LetterUnsignable` when key or certificate cannot be used, and
    `ImproperlyConfigured` for a provider that is not known.
    """
    chosen = str(settings.SIGNATURE_PROVIDER)
    password = str(settings.SIGNATURE_PASSWORD)
    if chosen == "none":
        return None
    if chosen == "demo":
        identity = demo_identity(Path(settings.SIGNATURE_DEMO_DIR))
        return PadesProvider(identity, is_demo=True)
    if chosen == "pkcs12":
        return PadesProvider(read_pkcs12(_file("SIGNATURE_PKCS12_FILE"), password))
    if chosen == "pem":
        chain = settings.SIGNATURE_CHAIN_FILE
        return PadesProvider(
            read_pem(
                _file("SIGNATURE_KEY_FILE"),
                _file("SIGNATURE_CERTIFICATE_FILE"),
                Path(chain) if chain else None,
                password,
            )
        )
    return _adapter(chosen)


def _adapter(path: str) -> SignatureProvider:
    if "." not in path:
        raise ImproperlyConfigured(
            f"SIGNATURE_PROVIDER is {path!r}: give none, demo, pkcs12, pem, or the "
            f"dotted path of an adapter (docs/signatures.md)."
        )
    try:
        provider: SignatureProvider = import_string(path)()
    except ImportError as error:
        raise ImproperlyConfigured(
            f"SIGNATURE_PROVIDER names {path!r}, which cannot be imported: {error}"
        ) from error
    return provider


def _file(name: str) -> Path:
    value = getattr(settings, name)
    if not value:
        raise ImproperlyConfigured(
            f"SIGNATURE_PROVIDER is {settings.SIGNATURE_PROVIDER}: set {name} too."
        )
    return Path(value)


def digests() -> tuple[Digest, ...]:
    """Return the digests a package is checked by, SHA-256 always among them.

    Raises `ImproperlyConfigured` for an unknown one.
    """
    names = {str(name).strip().lower() for name in settings.PACKAGE_DIGESTS}
    if unknown := sorted(names - {str(kind) for kind in Digest}):
        raise ImproperlyConfigured(
            f"PACKAGE_DIGESTS names {', '.join(unknown)}; there are sha256 and sm3."
        )
    return tuple(kind for kind in Digest if kind is Digest.SHA256 or kind in names)
