"""Signing letters: an interface, and PAdES (ETSI EN 319 142-1) as the one we ship.

A national e-seal comes in as another `SignatureProvider`; `docs/signatures.md` says
what an adapter has to keep. A signature is appended to the PDF: its first bytes stay
those of the unsigned letter, so what people approved can be compared with what left.
"""

import asyncio
import io
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, Final, Protocol, TypeAlias

from asn1crypto import keys, tsp, x509
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from disclosure.packages.errors import LetterUnsignable

#: Sends an RFC 3161 request (DER) to the authority and returns its reply (DER).
Transport: TypeAlias = Callable[[bytes], bytes]

FIELD: Final = "Seal"


class SignatureProvider(Protocol):
    """Who puts the provider's signature or seal on a letter.

    `sign` returns a PDF that begins with the bytes it was given, is still PDF/A, and
    shows the signature to any reader of the format. It raises `LetterUnsignable` when
    the key or the seal cannot be used: nothing leaves unsigned by accident.
    """

    @property
    def certificate_sha256(self) -> str:
        """The SHA-256 of the signing certificate (DER), in hexadecimal."""
        ...

    @property
    def is_demo(self) -> bool:
        """Whether the signature is worth nothing before a court."""
        ...

    def sign(
        self,
        pdf: bytes,
        *,
        reason: str,
        transport: Transport | None = None,
    ) -> bytes:
        """Return the signed PDF.

        `reason` is shown beside the signature. With `transport` the signature bears a
        time stamp (PAdES-T); what that raises goes through.
        """
        ...


@dataclass(frozen=True, slots=True)
class SigningIdentity:
    """A certificate, its key and the certificates above it, all DER."""

    certificate: bytes
    private_key: bytes = dataclass_field(repr=False)
    chain: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class PadesProvider:
    """Signs with a key held by this process: PAdES-B-B, with a time stamp PAdES-B-T."""

    identity: SigningIdentity
    is_demo: bool = False

    @property
    def certificate_sha256(self) -> str:
        """The fingerprint of the certificate."""
        return str(self._certificate.sha256.hex())

    @property
    def _certificate(self) -> Certificate:
        return x509.Certificate.load(self.identity.certificate)

    def sign(
        self,
        pdf: bytes,
        *,
        reason: str,
        transport: Transport | None = None,
    ) -> bytes:
        """Append the signature; see `SignatureProvider`."""
        metadata = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            reason=reason,
        )
        signer = signers.PdfSigner(
            metadata,
            signer=self._signer(),
            timestamper=None if transport is None else _Stamper(transport),
        )
        output = io.BytesIO()
        try:
            writer = _Writer(io.BytesIO(pdf))
            _add_field(writer)
            _finish(signer.async_sign_pdf(writer, output=output))
        except (PdfError, SigningError, TimestampRequestError, ValueError) as error:
            raise LetterUnsignable(data={"problem": type(error).__name__}) from error
        return output.getvalue()

    def _signer(self) -> signers.SimpleSigner:
        registry = SimpleCertificateStore()
        registry.register_multiple(
            x509.Certificate.load(found) for found in self.identity.chain
        )
        return signers.SimpleSigner(
            signing_cert=self._certificate,
            signing_key=keys.PrivateKeyInfo.load(self.identity.private_key),
            cert_registry=registry,
        )


class _Stamper(TimeStamper):
    """Hands pyHanko's requests to our transport."""

    def __init__(self, transport: Transport) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # -- untyped there
        self._transport = transport

    async def async_request_tsa_response(
        self, req: tsp.TimeStampReq
    ) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self._transport(req.dump()))


class _Writer(IncrementalPdfFileWriter):
    """Appends to a PDF and leaves its metadata as they are.

    pyHanko would write them anew, with other prefixes than PDF/A's extension schemas
    name. When it was signed stands in the signature.
    """

    def _update_meta(self) -> None:
        """Change nothing."""


def _finish(work: Coroutine[Any, Any, object]) -> None:
    """Run it to its end in another thread: the caller's may have a loop already."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(asyncio.run, work).result()


def _add_field(writer: IncrementalPdfFileWriter) -> None:
    """Add the invisible field, and its place in the structure of a tagged PDF.

    PDF/UA-1 (ISO 14289-1, 7.18.4) wants every widget inside a Form element.
    """
    spec = fields.SigFieldSpec(FIELD, readable_field_name="Signature / 电子签名")
    fields.append_signature_field(writer, spec)
    if "/StructTreeRoot" not in writer.root:
        return
    tree = writer.root["/StructTreeRoot"]
    reference = writer.root["/AcroForm"]["/Fields"].raw_get(0)
    widget = reference.get_object()
    number = int(tree["/ParentTreeNextKey"])
    document = tree["/K"].raw_get(0)
    pointer = _dictionary(Type=_name("OBJR"), Obj=reference, Pg=widget.raw_get("/P"))
    element = writer.add_object(
        _dictionary(
            Type=_name("StructElem"),
            S=_name("Form"),
            P=document,
            K=generic.ArrayObject([pointer]),
        )
    )
    document.get_object()["/K"].append(element)
    writer.update_container(document.get_object())
    tree["/ParentTree"]["/Nums"] += [generic.NumberObject(number), element]
    tree["/ParentTreeNextKey"] = generic.NumberObject(number + 1)
    writer.update_container(tree)
    widget["/StructParent"] = generic.NumberObject(number)
    writer.update_container(widget)


def _name(text: str) -> generic.NameObject:
    return generic.pdf_name(f"/{text}")


def _dictionary(**entries: generic.PdfObject) -> generic.DictionaryObject:
    return generic.DictionaryObject(
        {_name(key): value for key, value in entries.items()}
    )
