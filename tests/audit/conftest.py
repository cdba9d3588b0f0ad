"""A log of real entries on PostgreSQL, and the superuser who may tamper with it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections, transaction
from django.utils import timezone

from disclosure.audit.append import ActorRef, ObjectRef, append
from disclosure.audit.checkpoint import Checkpoint
from disclosure.audit.note import SigningKey
from disclosure.audit.report import Report
from disclosure.audit.sequencer import Sequencer
from disclosure.audit.signing import CheckpointSigner
from disclosure.audit.verify import Verification
from disclosure.audit.witness import DirectoryWitness
from disclosure.domain.vocabulary import Regime, RequesterKind
from disclosure.models import DisclosureRequest, Requester
from tests.databases import TestDatabases

KEY = SigningKey("log.example.test/trail", bytes(range(32)))
ACTOR = ActorRef("system", "test", "system")

#: Every alias: the entries must be committed, so that the other roles see them.
ALIASES = ["default", "owner", "sequencer", "auditor"]


def add(stream: str, count: int = 1, action: str = "trail.tested") -> list[int]:
    """Append committed entries as the application; return their ids."""
    with transaction.atomic():
        return [
            append(
                stream,
                actor=ACTOR,
                action=action,
                obj=ObjectRef("probe", "1"),
                data={"n": number},
            )
            for number in range(count)
        ]


@dataclass(slots=True)
class Trail:
    """A log with its sequencer, its witness and a superuser who has no scruples."""

    witness: DirectoryWitness
    superuser_url: Callable[[], str]
    batch_size: int = 1000
    key: SigningKey = KEY
    sequencer: Sequencer = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """A new sequencer process: nothing remembered."""
        signer = CheckpointSigner(
            signer=self.key,
            origin=self.key.name,
            trusted=[KEY.verifier, self.key.verifier],
            witnesses=[self.witness],
        )
        self.sequencer = Sequencer(signer, batch_size=self.batch_size)

    def verify(self, outside: Sequence[bytes] | None = None) -> Report:
        """Verify all; against the witness's history unless told otherwise."""
        notes = self.witness.history() if outside is None else outside
        named = [(f"outside checkpoint {n}", note) for n, note in enumerate(notes)]
        return Verification([KEY.verifier, self.key.verifier], named).verify_all()

    def tamper(self, *statements: str, parameters: Sequence[Any] = ()) -> None:
        """Do as a superuser does who switches every trigger off first."""
        with psycopg.connect(self.superuser_url(), autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            for table in ("auditentry", "auditstream", "auditleaf", "auditnode"):
                connection.execute(
                    f"ALTER TABLE disclosure_{table} DISABLE TRIGGER ALL"
                )
            connection.execute(
                "ALTER TABLE disclosure_auditcheckpoint DISABLE TRIGGER ALL"
            )
            for statement in statements:
                connection.execute(statement, parameters)


@pytest.fixture
def trail(
    transactional_db: None, test_databases: TestDatabases, tmp_path
) -> Iterator[Trail]:
    def superuser_url() -> str:
        name = connections["default"].settings_dict["NAME"]
        url = test_databases.superuser_url
        head, query = ([*url.split("?", 1), ""])[:2]
        return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")

    return Trail(DirectoryWitness(tmp_path / "witness"), superuser_url)


def checkpoint_at(trail: Trail) -> Checkpoint:
    """The latest witnessed checkpoint."""
    note = trail.witness.latest()
    assert note is not None
    return Checkpoint.parse(note.decode().rpartition("\n\n")[0] + "\n")


def draft_request(reference: str = "DD-2026-000001") -> DisclosureRequest:
    """A committed request in its first status, with the entry that says so."""
    with transaction.atomic():
        requester = Requester.objects.create(
            kind=RequesterKind.COURT, name="Example Court"
        )
        disclosure_request = DisclosureRequest.objects.create(
            reference=reference,
            regime=Regime.COPYRIGHT,
            requester=requester,
            created_at=timezone.now(),
            received_on=timezone.now().date(),
        )
        say_status(disclosure_request, "draft")
    return disclosure_request


def say_status(disclosure_request: DisclosureRequest, status: str) -> None:
    """Append the entry that the request now has this status."""
    append(
        disclosure_request.stream,
        actor=ACTOR,
        action="request.tested",
        obj=ObjectRef("disclosure_request", str(disclosure_request.pk)),
        status=status,
    )


@pytest.fixture
def installed(trail: Trail, settings: Any, tmp_path: Path) -> Trail:
    """The trail with its keys and witness where the settings say."""
    settings.CHECKPOINT_KEY_FILE = tmp_path / "secret" / "checkpoint.key"
    settings.CHECKPOINT_VERIFIER_KEYS_FILE = tmp_path / "checkpoint.vkeys"
    settings.CHECKPOINT_WITNESS_DIR = trail.witness.directory
    settings.CHECKPOINT_ORIGIN = "log.example.test/commands"
    return trail
