"""Connections of the SQL connector, as harmless as each database allows.

PostgreSQL: every reading transaction is READ ONLY and REPEATABLE READ (all queries of
one answer see one moment), and has a statement timeout; connecting has one too.
SQLite: `PRAGMA query_only`. Any other dialect: what the statements under `session`
enforce, the rights of the login, and that nothing is ever committed. Connections are
not kept: nothing of a user database stays open here.

What the driver raises quotes parameters and rows; none of it leaves this module.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from disclosure.holdings.configuration import ConfigurationProblem, Source
from disclosure.holdings.errors import (
    ConnectorError,
    ConnectorFault,
    ConnectorNotConfigured,
    ConnectorTimeout,
    ConnectorUnavailable,
    CredentialsRefused,
)

#: Error classes of SQLSTATE by which PostgreSQL says what is the matter.
_TIMED_OUT: Final = "57014"
_NO_RIGHT: Final = "42501"
_NO_LOGIN: Final = ("28P01", "28000")
_REFUSED_LOGIN: Final = ("authentication failed", "no password supplied", "fe_sendauth")
#: Dialects on which a connection is kept from writing without anybody's help.
_RESTRICTED: Final = frozenset({"postgresql", "sqlite"})


@dataclass(frozen=True, slots=True)
class Sessions:
    """Opens short connections to one database."""

    service_code: str
    url: Source
    connect_timeout: float
    statement_timeout: float
    session: tuple[str, ...] = dataclass_field(default=(), repr=False)

    def problems(self) -> Iterator[str]:
        """Yield why this database should not be read yet; nothing is connected to."""
        try:
            name = self._url("").get_backend_name()
        except ConnectorNotConfigured as problem:
            yield problem.detail
            return
        if name not in _RESTRICTED and not self.session:
            yield (
                f"nothing here keeps a login from writing on {name}: name the "
                "statements that do so under `session`"
            )

    @contextmanager
    def reading(self, verb: str) -> Iterator[Connection]:
        """Open a connection that cannot write, and roll back at the end.

        Raises ConnectorError for whatever goes wrong within, and nothing else of the
        driver's.
        """
        with self._translated(verb), self._engine(verb).connect() as connection:
            self._restrict(connection)
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def trying(self, verb: str) -> Iterator[Connection]:
        """Open a connection of which nothing is kept, temporary views included."""
        with self._translated(verb), self._engine(verb).connect() as connection:
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def writing(self, verb: str) -> Iterator[Connection]:
        """Open a connection that commits at the end, or not at all."""
        with self._translated(verb), self._engine(verb).begin() as connection:
            self._limit(connection)
            yield connection

    def _engine(self, verb: str) -> Engine:
        url = self._url(verb)
        arguments: dict[str, Any] = {}
        if url.get_backend_name() == "postgresql":
            arguments["connect_timeout"] = max(2, round(self.connect_timeout))
        if url.get_backend_name() == "sqlite":
            arguments["timeout"] = self.connect_timeout
        return create_engine(
            url, poolclass=NullPool, hide_parameters=True, connect_args=arguments
        )

    def _url(self, verb: str) -> URL:
        try:
            url = make_url(self.url.read())
            if url.drivername in {"postgresql", "postgres"}:
                url = url.set(drivername="postgresql+psycopg")
            url.get_dialect()
        except ConfigurationProblem as problem:
            detail = str(problem)
        except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
            detail = f"{self.url.place} holds no address SQLAlchemy knows"
        else:
            return url
        raise ConnectorNotConfigured(
            service=self.service_code, verb=verb, detail=detail
        )

    def _restrict(self, connection: Connection) -> None:
        """Take the right to write away, as far as the dialect knows how."""
        name = connection.dialect.name
        if name == "postgresql":
            connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        elif name == "sqlite":
            connection.execute(text("PRAGMA query_only = ON"))
        self._limit(connection)
        for statement in self.session:
            connection.execute(text(statement))

    def _limit(self, connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            milliseconds = round(self.statement_timeout * 1000)
            connection.execute(
                text("SELECT set_config('statement_timeout', :most, true)"),
                {"most": str(milliseconds)},
            )

    @contextmanager
    def _translated(self, verb: str) -> Iterator[None]:
        """Turn what the driver raises into a ConnectorError that quotes nothing."""
        fault: ConnectorError
        try:
            yield
        except DBAPIError as broken:
            fault = self._fault(verb, broken)
        except (SQLAlchemyError, ImportError) as broken:
            fault = ConnectorFault(
                service=self.service_code, verb=verb, detail=type(broken).__name__
            )
        else:
            return
        raise fault

    def _fault(self, verb: str, broken: DBAPIError) -> ConnectorError:
        facts = {"service": self.service_code, "verb": verb}
        code = str(getattr(broken.orig, "sqlstate", None) or "")
        if code == _TIMED_OUT:
            return ConnectorTimeout(**facts, detail=f"{self.statement_timeout:g}")
        if code in _NO_LOGIN or any(
            word in str(broken.orig) for word in _REFUSED_LOGIN
        ):
            return CredentialsRefused(**facts, detail=code or "login")
        if code == _NO_RIGHT:
            return CredentialsRefused(**facts, detail="42501, right to read")
        kind = f"{type(broken.orig).__name__} {code}".strip()
        if code.startswith(("08", "53", "57")) or _never_connected(broken):
            return ConnectorUnavailable(**facts, detail=kind)
        return ConnectorFault(**facts, detail=kind)


def _never_connected(broken: DBAPIError) -> bool:
    """Whether there was no connection to speak of: no statement was ever sent."""
    return broken.connection_invalidated or broken.statement is None
