"""What can go wrong between the desk and the provider's data.

Every message names the service, the verb and field codes; never a value, an
identifier or a reference that could tell who the account holder is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from disclosure.domain.errors import DisclosureError

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class ConnectorError(DisclosureError):
    """Base of the family. `may_retry`: the same question may work later."""

    code = "connector_failed"
    template: ClassVar["StrOrPromise"] = _(
        "The data of service “{service}” could not be read."
    )
    may_retry: ClassVar[bool] = False

    def __init__(self, *, service: str, verb: str = "", detail: str = "") -> None:
        facts = {"service": service, "verb": verb, "detail": detail}
        super().__init__(type(self).code, format_lazy(self.template, **facts), facts)
        self.service = service
        self.verb = verb
        self.detail = detail


class ServiceNotOurs(ConnectorError):
    """The service belongs to another legal entity; its connector is never called."""

    code = "service_not_ours"
    template = _(
        "Service “{service}” is run by another company ({detail}). Return the request "
        "and name that company to the sender."
    )


class ServiceNotRunning(ConnectorError):
    """The day lies outside the dates on which the service was ours."""

    code = "service_not_running"
    template = _("Service “{service}” is not answered for on {detail}.")


class ConnectorNotConfigured(ConnectorError):
    """No connector is configured for the service, or it cannot be made."""

    code = "connector_not_configured"
    template = _(
        "No working connection to service “{service}” is configured: {detail}. An "
        "administrator has to set it up."
    )


class ConnectorUnavailable(ConnectorError):
    """The provider's system did not answer, or not in time."""

    code = "connector_unavailable"
    template = _(
        "The system of service “{service}” did not answer ({detail}). Nothing was "
        "read; it will be tried again."
    )
    may_retry = True


class ConnectorTimeout(ConnectorUnavailable):
    """The system began to answer, or did not, and its time ran out."""

    code = "connector_timeout"
    template = _(
        "The system of service “{service}” took longer than {detail} s and was given "
        "up. Nothing was read. Try again; if it stays slow, tell those who run it."
    )


class CircuitOpen(ConnectorUnavailable):
    """It failed so often that it is left alone for a while; it was not asked.

    `detail` is the time of day from which it is asked again, with its zone.
    """

    code = "connector_circuit_open"
    template = _(
        "The system of service “{service}” failed several times in a row and is left "
        "alone until {detail}. It was not asked. Try again after that."
    )


class ConnectorFault(ConnectorError):
    """The connector broke. `detail` is the kind of fault, without its text."""

    code = "connector_fault"
    template = _(
        "The connection to service “{service}” broke while doing “{verb}” ({detail}). "
        "Nothing was taken over."
    )
    may_retry = True


class ConnectorMalformed(ConnectorError):
    """The answer is not of the promised shape and was refused whole."""

    code = "connector_malformed"
    template = _(
        "The answer of service “{service}” to “{verb}” is malformed ({detail}) and was "
        "refused as a whole."
    )


class NotJson(ConnectorMalformed):
    """The answer is no JSON at all: an error page, half a text, another program."""

    code = "connector_not_json"
    template = _(
        "Service “{service}” answered “{verb}” with something that is not JSON "
        "({detail}). Nothing was taken over. Ask those who run it whether the "
        "configured address is the right one."
    )


class SchemaMismatch(ConnectorMalformed):
    """The answer is JSON of another shape. `detail` is the place, never the value."""

    code = "connector_schema_mismatch"
    template = _(
        "The answer of service “{service}” to “{verb}” does not follow the agreed "
        "schema (at {detail}) and was refused as a whole. Report this to those who "
        "run the service."
    )


class ConnectorTooLarge(ConnectorError):
    """The answer passes the configured size. `detail` is that limit with its unit."""

    code = "connector_too_large"
    template = _(
        "The answer of service “{service}” to “{verb}” is larger than {detail} and was "
        "refused as a whole. Narrow the period, or have an administrator raise the "
        "limit."
    )


class ConnectorRedirected(ConnectorError):
    """It sent us elsewhere; only the configured address is ever asked."""

    code = "connector_redirected"
    template = _(
        "Service “{service}” sent us to another address ({detail}), which is never "
        "followed. Nothing was read. An administrator has to check the configured "
        "address."
    )


class CredentialsRefused(ConnectorError):
    """Our token, certificate, password or right to read was not accepted."""

    code = "connector_credentials_refused"
    template = _(
        "Service “{service}” does not accept our credentials ({detail}). Nothing was "
        "read. An administrator has to renew them or have the right granted."
    )


class PeerNotTrusted(ConnectorError):
    """The other end could not prove who it is: unknown, expired or wrong name."""

    code = "connector_peer_not_trusted"
    template = _(
        "The system of service “{service}” could not prove who it is ({detail}). "
        "Nothing was sent or read. An administrator has to check its certificate."
    )


class WrongAccount(ConnectorError):
    """The answer, or the question, is about another account or service."""

    code = "connector_wrong_account"
    template = _(
        "Service “{service}” answered “{verb}” for another account; the answer was "
        "refused as a whole."
    )


class UnknownAccount(ConnectorError):
    """The service has no account of this reference."""

    code = "connector_unknown_account"
    template = _(
        "Service “{service}” does not know this account reference. Resolve the account "
        "again."
    )


class ReverseLookUpBarred(ConnectorError):
    """From a person to their accounts is a search for courts and authorities alone."""

    code = "connector_reverse_barred"
    template = _(
        "Service “{service}” was not asked: from a name or an ID number accounts are "
        "found for courts and authorities alone."
    )


class PersonNeeded(ConnectorError):
    """Nobody but a person can answer: the service is looked up by hand."""

    code = "connector_person_needed"
    template = _(
        "Service “{service}” is looked up by hand: a person has to enter the result."
    )


class IdentifierNotSearched(PersonNeeded):
    """The connector has no query for this kind of identifier."""

    code = "connector_identifier_not_searched"
    template = _(
        "Service “{service}” cannot be asked for an identifier of this kind "
        "({detail}). Find the account by hand and name it."
    )


class _FieldsError(ConnectorError):
    """A complaint about certain fields, named by their codes."""

    def __init__(
        self, *, service: str, verb: str = "", fields: Iterable[str] = ()
    ) -> None:
        codes = tuple(sorted({str(code) for code in fields}))
        super().__init__(service=service, verb=verb, detail=", ".join(codes))
        self.data = {**self.data, "fields": codes}
        self.fields = codes


class ConnectorOverreach(_FieldsError):
    """The answer holds a field or a time nobody asked for and was refused whole."""

    code = "connector_overreach"
    template = _(
        "Service “{service}” returned more than was asked ({detail}); the whole answer "
        "was refused. Report this to the administrator."
    )


class ConnectorIncomplete(_FieldsError):
    """The answer leaves out fields that were asked for."""

    code = "connector_incomplete"
    template = _(
        "Service “{service}” says nothing about {detail}. It must say for each field "
        "whether it is held and, if not, why."
    )


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong at one place of a table or form, and what to do about it.

    `line` counts from 1, the header being line 1 of a file; 0 is the file as a whole.
    `column` is a column's name, or empty for the line as a whole.
    """

    line: int
    column: str
    message: "StrOrPromise"

    def __str__(self) -> str:
        place = " · ".join(
            part for part in (str(self.line) if self.line else "", self.column) if part
        )
        return f"{place}: {self.message}" if place else str(self.message)


class TableRejected(DisclosureError):
    """A table or form was refused as a whole; `problems` says where and why."""

    code = "table_rejected"

    def __init__(self, problems: Iterable[CellProblem]) -> None:
        self.problems = tuple(problems)
        places = [(problem.line, problem.column) for problem in self.problems]
        super().__init__(
            type(self).code,
            _("Nothing was taken over. Correct what is named and try again."),
            {"places": places},
        )
