"""What the demo's cases are looked up in: a second database and an HTTP service."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings

from config import embedded
from disclosure.domain.vocabulary import IdentifierType
from disclosure.holdings.contract import ResolveQuery
from disclosure.holdings.errors import ConnectorError
from disclosure.holdings.guard import guarded
from disclosure.holdings.http_connector import HttpConnector
from disclosure.holdings.sql_connector import SqlConnector
from disclosure.management.demo import holdings_server
from disclosure.management.demo.accounts import QUERIES, prepare_accounts

ACCOUNTS_DATABASE = f"{settings.DATABASE_NAME}_music"
_ANYBODY = ResolveQuery(IdentifierType.ACCOUNT_ID, "1")


class SourcesMissing(Exception):
    """The made-up accounts cannot be made here; the message says what helps."""


def prepare_music() -> bool:
    """Make the music service's database unless it answers; say whether it was made.

    Raises SourcesMissing on a server that is not ours unless it is told how to log in
    as its superuser.
    """
    if _answers(SqlConnector(service_code="music", config=QUERIES)):
        return False
    return prepare_accounts(_superuser_url(), ACCOUNTS_DATABASE)


@contextmanager
def running_drive() -> Iterator[None]:
    """Have the storage service answer during the block, as another process or here."""
    with ExitStack() as stack:
        made = HttpConnector(service_code="drive", config=holdings_server.CONFIG)
        if not _answers(made):
            stack.enter_context(holdings_server.running())
        yield


def _answers(connector: SqlConnector | HttpConnector) -> bool:
    try:
        guarded(connector, connector.service_code).resolve(_ANYBODY)
    except ConnectorError:
        return False
    return True


def _superuser_url() -> str:
    given = os.environ.get("SUPERUSER_DATABASE_URL", "")
    if given:
        return given
    if not settings.EMBEDDED:
        raise SourcesMissing(
            "The demo's second database is made by a superuser: set "
            "SUPERUSER_DATABASE_URL to its login on your server."
        )
    embedded.hold(settings.EMBEDDED_CLUSTER)
    return str(settings.EMBEDDED_CLUSTER.superuser_url())
