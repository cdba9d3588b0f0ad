"""What is said over HTTP: questions and answers as JSON, checked against the schemas.

The schemas in `schemas/` are part of the agreement with whoever builds the other end
(`docs/holdings-http.md`). An answer that does not follow its schema to the letter is
refused whole; the error names the place in it, never what stands there.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator

from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import (
    AbsenceReason,
    AccountHolderKind,
    AccountStatus,
    HolderLanguage,
    IdentityField,
    Presence,
    ValueSource,
    VerificationStatus,
)
from disclosure.holdings.contract import (
    AccountRef,
    FetchedValue,
    FieldPresence,
    NotifyOutcome,
    NotifyStatus,
    PreserveOutcome,
    PreserveStatus,
    ResolveQuery,
    WantedField,
)
from disclosure.holdings.errors import ConnectorMalformed, NotJson, SchemaMismatch
from disclosure.holdings.field_values import (
    ValueProblem,
    checked_value,
    parse_day,
    parse_moment,
)

SCHEMAS: Final = Path(__file__).with_name("schemas")
Json = Mapping[str, Any]


def resolve_question(query: ResolveQuery) -> Json:
    """Return the question which accounts an identifier means."""
    return {
        "identifier_type": str(query.identifier_type),
        "identifier": query.identifier.strip(),
        "observed_at": _written(query.observed_at),
        "observed_until": _written(query.observed_until),
        "port": query.port,
    }


def wanted_question(account: AccountRef, wanted: Sequence[WantedField]) -> Json:
    """Return the question about granted fields and periods."""
    return {
        "account_ref": account.ref,
        "wanted": [
            {
                "field": str(item.field),
                "periods": [period.to_json() for period in item.periods],
            }
            for item in wanted
        ],
    }


class Reader:
    """Reads the answers of one service. Every fault is a ConnectorMalformed."""

    def __init__(self, service_code: str) -> None:
        self._service = service_code

    def says_unknown(self, content: bytes) -> bool:
        """Whether a 404 says that the account is not known, in the agreed words."""
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            return False
        return bool(validator("error.response").is_valid(answer))

    def accounts(self, content: bytes) -> tuple[AccountRef, ...]:
        """Return the accounts of an answer to `resolve`."""
        answer = self._checked("resolve", content)
        found = []
        for number, item in enumerate(answer["accounts"]):
            with self._place("resolve", f"accounts[{number}]"):
                found.append(
                    AccountRef(
                        self._service,
                        item["account_ref"],
                        holder_kind=AccountHolderKind(item["holder_kind"]),
                        is_minor=item["minor"],
                        status=AccountStatus(item["status"]),
                        retention_ends_on=_day(item["retention_ends_on"]),
                        language=_language(item.get("language")),
                    )
                )
        return tuple(found)

    def preserved(self, content: bytes) -> PreserveOutcome:
        """Return what became of a freeze."""
        answer = self._checked("preserve", content)
        with self._place("preserve", "until"):
            return PreserveOutcome(
                answer["account_ref"],
                PreserveStatus(answer["status"]),
                until=_day(answer["until"]),
                reference=answer["reference"],
                reason=answer["reason"],
            )

    def presences(self, content: bytes) -> tuple[FieldPresence, ...]:
        """Return what is held, and what is not and why."""
        answer = self._checked("probe", content)
        found = []
        for number, item in enumerate(answer["presences"]):
            with self._place("probe", f"presences[{number}]"):
                source, reason = item["source"], item["absence_reason"]
                found.append(
                    FieldPresence(
                        answer["account_ref"],
                        IdentityField(item["field"]),
                        Period(_day(item["from"]), _day(item["to"])),
                        Presence(item["presence"]),
                        source=ValueSource(source) if source else None,
                        verification=VerificationStatus(item["verification"]),
                        verified_at=_moment(item["verified_at"]),
                        absence_reason=AbsenceReason(reason) if reason else None,
                        retention_rule=item["retention_rule"],
                    )
                )
        return tuple(found)

    def values(self, content: bytes) -> tuple[FetchedValue, ...]:
        """Return the values, each in its field's canonical form."""
        answer = self._checked("fetch", content)
        found = []
        for number, item in enumerate(answer["values"]):
            with self._place("fetch", f"values[{number}]"):
                field = IdentityField(item["field"])
                start, end = _day(item["valid_from"]), _day(item["valid_to"])
                found.append(
                    FetchedValue(
                        answer["account_ref"],
                        field,
                        checked_value(field, item["value"]),
                        parse_moment(item["observed_at"]),
                        period=Period(start, end) if start or end else None,
                        source=ValueSource(item["source"]),
                        verification=VerificationStatus(item["verification"]),
                        verified_at=_moment(item["verified_at"]),
                    )
                )
        return tuple(found)

    def notified(self, content: bytes) -> NotifyOutcome:
        """Return what became of a message."""
        answer = self._checked("notify", content)
        with self._place("notify", "sent_at"):
            return NotifyOutcome(
                answer["account_ref"],
                NotifyStatus(answer["status"]),
                sent_at=_moment(answer["sent_at"]),
                reference=answer["reference"],
                reason=answer["reason"],
            )

    def _checked(self, verb: str, content: bytes) -> dict[str, Any]:
        """Return an answer that follows its schema."""
        answer = self._parsed(verb, content)
        fault = next(validator(f"{verb}.response").iter_errors(answer), None)
        if fault is not None:
            raise SchemaMismatch(
                service=self._service,
                verb=verb,
                # The message would quote the value; path and rule do not.
                detail=f"{fault.json_path}, {fault.validator}",
            )
        result: dict[str, Any] = answer
        return result

    def _parsed(self, verb: str, content: bytes) -> Any:
        try:
            return json.loads(
                content.decode("utf-8"),
                object_pairs_hook=_once,
                parse_constant=_no_number,
            )
        except (ValueError, RecursionError):
            pass
        detail = f"{len(content)} bytes"
        raise NotJson(service=self._service, verb=verb, detail=detail)

    @contextmanager
    def _place(self, verb: str, place: str) -> Iterator[None]:
        """Turn a value that cannot be one into an error naming its place alone."""
        try:
            yield
        except (ValueError, ValueProblem):
            pass
        else:
            return
        raise ConnectorMalformed(service=self._service, verb=verb, detail=place)


@cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of one of `schemas/`, such as `fetch.response`."""
    text = (SCHEMAS / f"{name}.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object in which a name stands twice: readers differ on which counts."""
    if len({name for name, _value in pairs}) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _no_number(_word: str) -> None:
    raise ValueError("no JSON number")


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return parse_moment(text) if text else None


def _day(text: str | None) -> date | None:
    return parse_day(text) if text else None


def _language(word: str | None) -> HolderLanguage | None:
    return HolderLanguage(word) if word else None
