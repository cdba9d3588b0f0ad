"""What must be true of an installation before it may serve anyone.

`manage.py check --deploy` runs these; those that ask the database run with
`--database default`. A web process or worker also refuses at its first connection
to work under a role that could change tables or the audit trail.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q

from disclosure.holdings.registry import registry_problems
from disclosure.management.key_checks import key_backup_problems, vault_problems
from disclosure.packages.configured import digests, signature_provider
from disclosure.packages.errors import LetterUnsignable

POWERS_SQL: Final = """
    SELECT rolsuper OR rolbypassrls OR rolcreaterole OR EXISTS (
        SELECT FROM pg_class
        WHERE relnamespace = 'public'::regnamespace
          AND relname LIKE 'disclosure\\_%%'
          AND pg_has_role(current_user, relowner, 'MEMBER')
    )
    FROM pg_roles WHERE rolname = current_user
"""
POSTGRESQL_MINIMUM: Final = 150000


def register_all() -> None:
    """Register every check of this module with Django."""
    for check in (
        *(check_roles, check_broker, check_key_store, check_key_backups),
        *(check_mail, check_holdings, check_packages),
    ):
        register(check, Tags.security, deploy=True)
    register(check_mode, Tags.security, deploy=True)
    register(check_database, Tags.database)
    register(check_letter_contacts, Tags.database)
    register(check_document_prefixes, Tags.database)


def check_mode(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn when a deployment is checked in a mode that is not for production."""
    if settings.PRODUCTION:
        return []
    return [
        Warning(
            f"DISCLOSURE_MODE is {settings.MODE}, which is not for production.",
            hint="Unset DISCLOSURE_MODE: production is the default.",
            id="disclosure.W001",
        )
    ]


def check_roles(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse two duties under one login, and the application as the owner."""
    users = {alias: config.get("USER") for alias, config in settings.DATABASES.items()}
    messages: list[CheckMessage] = []
    if users["default"] in {users["owner"], "postgres"}:
        messages.append(
            Error(
                "DATABASE_URL logs in as the tables' owner or as a superuser.",
                hint="Give the application its own role: manage.py setup_roles.",
                id="disclosure.E001",
            )
        )
    if len(set(users.values())) < len(users):
        messages.append(
            Error(
                "Two database duties share one role.",
                hint="Application, owner, sequencer and auditor each need their own.",
                id="disclosure.E002",
            )
        )
    return messages


def check_broker(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Say when no broker rings the workers."""
    if settings.CELERY_BROKER_URL:
        return []
    return [
        Warning(
            "BROKER_URL is not set: no Celery worker or beat can run.",
            hint="Set it, or keep deadlines and mail going with "
            "`manage.py tick --loop`, and silence this warning.",
            id="disclosure.W002",
        )
    ]


def check_key_store(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a key store that is missing, open to others, or among the files."""
    if settings.KEY_STORE_BACKEND == "vault":
        return vault_problems()
    store = Path(settings.KEY_STORE_DIR)
    if not store.is_dir():
        return [
            Error(
                f"The key store {store} is not a directory.",
                hint="Create it with mode 700 for the application's user.",
                id="disclosure.E003",
            )
        ]
    messages: list[CheckMessage] = []
    if store.stat().st_mode & 0o077:
        messages.append(
            Error(
                f"The key store {store} is open to other users.",
                hint=f"chmod 700 {store}",
                id="disclosure.E004",
            )
        )
    files = Path(settings.FILES_DIR).resolve()
    if store.resolve().is_relative_to(files) or files.is_relative_to(store.resolve()):
        messages.append(
            Error(
                "The key store and the files share a directory tree.",
                hint="One backup of both would make every purge meaningless.",
                id="disclosure.E005",
            )
        )
    return messages


def check_key_backups(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse backups of the key store that outlive, or may outlive, their window."""
    return key_backup_problems()


def check_mail(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a transport that hands nothing over, and mail without TLS."""
    if settings.MAIL_TRANSPORT != "smtp":
        return [
            Error(
                "MAIL_TRANSPORT is mailbox: no message leaves this installation.",
                hint="Set MAIL_TRANSPORT=smtp and EMAIL_HOST.",
                id="disclosure.E006",
            )
        ]
    if not settings.EMAIL_USE_TLS and not re.fullmatch(
        r"localhost|127\..*|::1", settings.EMAIL_HOST
    ):
        return [
            Warning(
                "Mail goes to another machine without TLS.",
                hint="Set EMAIL_USE_TLS=yes.",
                id="disclosure.W003",
            )
        ]
    return []


def check_holdings(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a file of connectors that is not there, or one that makes none."""
    messages: list[CheckMessage] = [
        Error(
            str(problem),
            hint="Correct the file named by HOLDINGS_CONFIG.",
            id="disclosure.E009",
        )
        for problem in registry_problems()
    ]
    if settings.HOLDINGS_CONFIG.name and not settings.HOLDINGS_CONFIG.is_file():
        messages.append(
            Error(
                f"HOLDINGS_CONFIG names {settings.HOLDINGS_CONFIG}, which is no file.",
                hint="Name the TOML file of connectors, or leave it unset.",
                id="disclosure.E010",
            )
        )
    return messages


def check_database(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """Ask the server for its version and for the application role's powers."""
    if "default" not in (databases or ()):
        return []
    connection = connections["default"]
    connection.ensure_connection()
    messages: list[CheckMessage] = []
    if connection.connection.info.server_version < POSTGRESQL_MINIMUM:
        messages.append(
            Error("PostgreSQL 15 or newer is needed.", id="disclosure.E007")
        )
    if _is_powerful(connection):
        messages.append(
            Error(
                "The application's role owns tables or is a superuser.",
                hint="manage.py setup_roles",
                id="disclosure.E008",
            )
        )
    return messages


def check_letter_contacts(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """Warn of companies of ours whose letters name nobody to ask.

    Silent while the tables are not migrated: then there are no letters either.
    """
    if "default" not in (databases or ()):
        return []
    try:
        # Checks are registered before the models are there to be imported.
        ours = apps.get_model("disclosure", "LegalEntity").objects.filter(is_ours=True)
        nameless = ours.filter(Q(letter_department_zh="") | Q(letter_phone=""))
        codes = list(nameless.order_by("code").values_list("code", flat=True))
    except ProgrammingError:
        return []
    return [
        Warning(
            f"Letters of {code} name no department with a telephone to ask.",
            hint="Set letter_department_zh and letter_phone in the directory file; "
            "until then they give the portal's address only.",
            id="disclosure.W010",
        )
        for code in codes
    ]


def check_document_prefixes(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """Refuse a company of ours that cannot answer: its letters have no prefix.

    Silent while the tables are not migrated.
    """
    if "default" not in (databases or ()):
        return []
    try:
        # Checks are registered before the models are there to be imported.
        ours = apps.get_model("disclosure", "LegalEntity").objects.filter(is_ours=True)
        without = ours.filter(document_prefix="").order_by("code")
        codes = list(without.values_list("code", flat=True))
    except ProgrammingError:
        return []
    return [
        Error(
            f"{code} cannot answer courts and authorities: its letters have no prefix "
            "for their document numbers.",
            hint="Set it on the console's page of companies, or document_prefix in the "
            "directory file, and import the file again.",
            id="disclosure.E012",
        )
        for code in codes
    ]


def check_packages(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a signature that cannot be made, or that is worth nothing."""
    try:
        provider = signature_provider()
        digests()
    except (LetterUnsignable, ImproperlyConfigured) as error:
        problem = getattr(error, "data", None) or error
        return [
            Error(
                f"Packages cannot be sealed: {problem}.",
                hint="See SIGNATURE_PROVIDER and PACKAGE_DIGESTS in "
                "docs/operations.md; `none` seals without a signature.",
                id="disclosure.E013",
            )
        ]
    if provider is not None and provider.is_demo:
        return [
            Error(
                "Letters would be signed with a certificate made up for the demo.",
                hint="Set SIGNATURE_PROVIDER to a real one, or to none.",
                id="disclosure.E014",
            )
        ]
    return []


def _is_powerful(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(POWERS_SQL, [])
        row = cursor.fetchone()
    return row is None or bool(row[0])


def refuse_powerful_role(
    sender: type[BaseDatabaseWrapper], connection: BaseDatabaseWrapper, **kwargs: Any
) -> None:
    """Close a new application connection whose role could undo the safeguards.

    Raises `ImproperlyConfigured`. The guards in the database bind only a role that
    can neither own tables nor bypass them.
    """
    if connection.alias != "default" or not _is_powerful(connection):
        return
    connection.close()
    raise ImproperlyConfigured(
        "DATABASE_URL logs in with a role that owns the tables or is a superuser. "
        "The application must not be able to change them: see manage.py setup_roles."
    )
