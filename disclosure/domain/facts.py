"""Reading facts from a scenario file: strict, and exact about what is wrong.

The format is one TOML table per request. An absent key is an unknown fact. An
unknown key is an error that names the nearest known one. Positions in lists count
from 1, as a reader of the file counts them. The `[expect]` part is not read.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from disclosure.domain.errors import FactsError
from disclosure.domain.fields import CATALOGUE
from disclosure.domain.periods import intersect
from disclosure.domain.strict_toml import Table
from disclosure.domain.types import (
    DocumentFacts,
    Facts,
    HeldField,
    InstrumentFacts,
    InstrumentItemFacts,
    ObjectionFacts,
    ProcedureFacts,
    RequestedField,
    RequesterFacts,
    TargetFacts,
)
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    CaseKind,
    DocumentKind,
    DocumentVerdict,
    FieldClass,
    IdentifierType,
    IdentityField,
    InstrumentKind,
    InstrumentRelation,
    Presence,
    ProcedureStage,
    ProviderRole,
    Recipient,
    Regime,
    RequesterKind,
)

MAX_BYTES = 1_000_000

_SHARED = ("provider_role", "account_holder_kind", "minor", "already_public")
_TOP = (
    "title",
    "regime",
    "received_on",
    *_SHARED,
    "requester",
    "procedure",
    "instruments",
    "documents",
    "targets",
    "objection",
    "expect",
)
_INSTRUMENT = (
    "kind",
    "ref",
    "relation",
    "relates_to",
    "case_kind",
    "authenticated",
    "addressee_ours",
    "issued_on",
    "served_on",
    "valid_until",
    "recipient",
    "secrecy",
    "items",
)
_TARGET = (
    "id",
    "identifier_type",
    "identifier",
    "requested",
    "held",
    "lost",
    "objection",
    *_SHARED,
)


def read(source: bytes | Path) -> Facts:
    """Read facts from TOML bytes or from a file.

    Raises `FactsError` for anything that is not a readable, complete set of facts.
    """
    return parse(load(source))


def load(source: bytes | Path) -> dict[str, object]:
    """Turn TOML into a plain table, refusing what is too large, binary or broken."""
    content = _content(source) if isinstance(source, Path) else source
    if len(content) > MAX_BYTES:
        raise FactsError("file", f"is larger than {MAX_BYTES} bytes.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FactsError("file", "is not UTF-8 text.") from error
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise FactsError("file", f"is not valid TOML: {str(error)[:200]}.") from error


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise FactsError("file", "does not exist or is not a file.")
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise FactsError("file", f"cannot be read: {error.strerror}.") from error


def parse(table: Mapping[str, object]) -> Facts:
    """Read facts from an already parsed table. Raises `FactsError`."""
    top = Table(table, "", _TOP, FactsError)
    regime = top.required("regime", top.enum("regime", Regime))
    received_on = top.required("received_on", top.day("received_on"))
    requester = top.table("requester", ("kind", "authorised_by_claimant"))
    procedure = top.table(
        "procedure", ("stage", "suit_pending", "provider_pleads_user_content")
    )
    shared = _shared(top, TargetFacts(id=""))
    targets = tuple(
        _target(entry, shared, position)
        for position, entry in enumerate(top.tables("targets", _TARGET), start=1)
    )
    ids = [target.id for target in targets]
    for position, name in enumerate(ids, start=1):
        if name in ids[: position - 1]:
            raise FactsError(f"targets[{position}].id", "is used twice.")
    if not targets:
        raise FactsError("targets", "is missing: name at least one account.")
    return Facts(
        regime=regime,
        received_on=received_on,
        targets=targets,
        requester=RequesterFacts(
            requester.enum("kind", RequesterKind),
            requester.boolean("authorised_by_claimant"),
        ),
        procedure=ProcedureFacts(
            procedure.enum("stage", ProcedureStage),
            procedure.boolean("suit_pending"),
            procedure.boolean("provider_pleads_user_content"),
        ),
        instruments=tuple(
            _instrument(entry, ids) for entry in top.tables("instruments", _INSTRUMENT)
        ),
        documents=tuple(
            _document(entry) for entry in top.tables("documents", ("kind", "verdict"))
        ),
        objections=_objections(top, ids),
        title=top.text("title", blank=True) or "",
    )


def _shared(table: Table, default: TargetFacts) -> TargetFacts:
    """Keys that stand for the whole request or, on a target, for that one alone."""
    minor = table.boolean("minor")
    public = _already_public(table)
    return TargetFacts(
        id=default.id,
        provider_role=table.enum("provider_role", ProviderRole)
        or default.provider_role,
        account_holder_kind=table.enum("account_holder_kind", AccountHolderKind)
        or default.account_holder_kind,
        minor=default.minor if minor is None else minor,
        already_public=default.already_public if public is None else public,
    )


def _already_public(table: Table) -> tuple[IdentityField, ...] | None:
    """A list of fields, or `true` for the licence data of a business."""
    value = table.values.get("already_public")
    if isinstance(value, bool):
        return _LICENCE_DATA if value else ()
    return table.fields("already_public")


_LICENCE_DATA = tuple(
    field
    for field, spec in CATALOGUE.items()
    if spec.field_class is FieldClass.BUSINESS
)


def _target(table: Table, shared: TargetFacts, position: int) -> TargetFacts:
    own = _shared(table, shared)
    return TargetFacts(
        id=table.text("id") or f"t{position}",
        identifier_type=table.enum("identifier_type", IdentifierType),
        identifier=table.text("identifier"),
        requested=_requested(table),
        holdings=_holdings(table),
        provider_role=own.provider_role,
        account_holder_kind=own.account_holder_kind,
        minor=own.minor,
        already_public=own.already_public,
    )


def _requested(table: Table) -> tuple[RequestedField, ...] | None:
    entries = table.dated_fields("requested")
    if entries is None:
        return None
    return tuple(RequestedField(field, (period,)) for field, period in entries)


def _holdings(table: Table) -> tuple[HeldField, ...] | None:
    held, lost = table.dated_fields("held"), table.dated_fields("lost")
    if held is None and lost is None:
        return None
    for field, period in lost or ():
        for other, when in held or ():
            if field is other and intersect((period,), (when,)):
                raise FactsError(
                    table.path("lost"), f"names {field!s}, which is also held."
                )
    return tuple(
        HeldField(field, presence, (period,))
        for presence, entries in ((Presence.HELD, held), (Presence.LOST, lost))
        for field, period in entries or ()
    )


def _instrument(table: Table, ids: list[str]) -> InstrumentFacts:
    keys = ("fields", "from", "to", "granted", "targets")
    return InstrumentFacts(
        kind=table.required("kind", table.enum("kind", InstrumentKind)),
        ref=table.text("ref"),
        relation=table.enum("relation", InstrumentRelation) or InstrumentRelation.FIRST,
        relates_to=table.text("relates_to"),
        case_kind=table.enum("case_kind", CaseKind),
        authenticated=table.boolean("authenticated"),
        addressee_ours=table.boolean("addressee_ours"),
        issued_on=table.day("issued_on"),
        served_on=table.day("served_on"),
        valid_until=table.day("valid_until"),
        recipient=table.enum("recipient", Recipient),
        secrecy=table.boolean("secrecy"),
        items=tuple(_item(entry, ids) for entry in table.tables("items", keys)),
    )


def _item(table: Table, ids: list[str]) -> InstrumentItemFacts:
    granted = table.boolean("granted")
    return InstrumentItemFacts(
        fields=table.required("fields", table.fields("fields")),
        period=table.period(),
        granted=True if granted is None else granted,
        targets=table.target_ids("targets", ids),
    )


def _document(table: Table) -> DocumentFacts:
    return DocumentFacts(
        table.required("kind", table.enum("kind", DocumentKind)),
        table.enum("verdict", DocumentVerdict) or DocumentVerdict.PENDING,
    )


def _objections(top: Table, ids: list[str]) -> tuple[ObjectionFacts, ...]:
    """The request's objection, then those that stand under a target, about it alone."""
    found = []
    if "objection" in top.values:
        table = top.table("objection", ("sustained_fields", "targets", "open"))
        found.append(_objection(table, table.target_ids("targets", ids)))
    for target_id, entry in zip(ids, top.tables("targets", _TARGET), strict=True):
        if "objection" in entry.values:
            table = entry.table("objection", ("sustained_fields", "open"))
            found.append(_objection(table, (target_id,)))
    return tuple(found)


def _objection(table: Table, targets: tuple[str, ...]) -> ObjectionFacts:
    return ObjectionFacts(
        table.fields("sustained_fields") or (),
        targets,
        open=table.boolean("open") or False,
    )
