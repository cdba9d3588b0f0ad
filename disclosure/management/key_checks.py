"""What must be true of the key store before anyone trusts a purge.

Asked by `manage.py check --deploy`; the messages are for whoever runs the server.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils import timezone

from disclosure.domain.deadline_kinds import standard_term
from disclosure.domain.vocabulary import DeadlineKind
from disclosure.keys.backups import backups_in
from disclosure.keys.configured import key_store, vault_server
from disclosure.keys.errors import KeyStoreDenied, KeyStoreError
from disclosure.keys.vault_server import VaultServer

#: Transit key types that encrypt and detect what was changed.
_SEALING: Final = frozenset(
    {"aes128-gcm96", "aes256-gcm96", "chacha20-poly1305", "xchacha20-poly1305"}
)
_LEAKS: Final = ("exportable", "allow_plaintext_backup", "deletion_allowed")


def vault_problems() -> list[CheckMessage]:
    """Ask the configured server what the manual promises of it."""
    try:
        server = vault_server()
        key = server.read(
            f"{server.settings.transit_mount}/keys/{server.settings.transit_key}"
        )
        engine = server.read(f"{server.settings.kv_mount}/config")
        server.names(server.settings.kv_path)
    except KeyStoreDenied as error:
        return [_error(str(error), "docs/operations.md has the policy.", "E021")]
    except KeyStoreError as error:
        settings_named = error.data.get("setting", "VAULT_ADDR")
        return [_error(str(error), f"See {settings_named}.", "E020")]
    return [*_transit_problems(server, key), *_engine_problems(engine)]


def _transit_problems(
    server: VaultServer, key: Mapping[str, Any]
) -> list[CheckMessage]:
    name = server.settings.transit_key
    if not key:
        hint = f"vault write -f {server.settings.transit_mount}/keys/{name}"
        return [_error(f"Vault has no transit key {name}.", hint, "E022")]
    problems: list[CheckMessage] = []
    if key.get("type") not in _SEALING:
        problems.append(
            _error(
                f"The transit key {name} is of type {key.get('type')}.",
                f"Make one of type {', '.join(sorted(_SEALING))}.",
                "E022",
            )
        )
    problems.extend(
        Warning(
            f"The transit key {name} has {leak} set.",
            hint="Whoever may do that can undo a purge, or end every request's keys.",
            id="disclosure.W020",
        )
        for leak in _LEAKS
        if key.get(leak)
    )
    return problems


def _engine_problems(engine: Mapping[str, Any]) -> list[CheckMessage]:
    if engine.get("delete_version_after", "0s") in {"0s", ""}:
        return []
    return [
        _error(
            "The KV engine deletes keys by itself after a time.",
            "Set delete_version_after to 0: only a purge may end a key.",
            "E023",
        )
    ]


def key_backup_problems() -> list[CheckMessage]:
    """Say which backups of the key store live longer than a purge allows."""
    problems: list[CheckMessage] = []
    term = standard_term(DeadlineKind.VALUE_PURGE)
    longest = term.length if term else 0
    if not 0 < settings.KEY_BACKUP_DAYS <= longest:
        problems.append(
            _error(
                f"KEY_BACKUP_DAYS is {settings.KEY_BACKUP_DAYS}.",
                f"Between 1 and {longest}, the days after which values are purged.",
                "E024",
            )
        )
    if not settings.KEY_BACKUP_DIR:
        return problems
    directory = Path(settings.KEY_BACKUP_DIR)
    if not directory.is_dir():
        text = f"KEY_BACKUP_DIR {directory} is not a directory."
        return [*problems, _error(text, "Name where the backups lie, or none.", "E025")]
    try:
        found = backups_in(directory, key_store())
    except KeyStoreError:
        # The store's own check says what is wrong with it.
        return problems
    old = [
        each
        for each in found
        if each.outlived(settings.KEY_BACKUP_DAYS, timezone.now())
    ]
    if old:
        problems.append(
            _error(
                f"{len(old)} backups of the key store are older than "
                f"{settings.KEY_BACKUP_DAYS} days.",
                "Destroy them (manage.py key_backups names them): they undo purges.",
                "E026",
            )
        )
    return problems


def _error(text: str, hint: str, number: str) -> Error:
    return Error(text, hint=hint, id=f"disclosure.{number}")
