"""`manage.py verify_audit`: recompute the audit trail and name what is wrong."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.db.models import Q

from disclosure.audit import configured
from disclosure.audit.checkpoint import CheckpointError, open_checkpoint
from disclosure.audit.key_files import KeyFileError
from disclosure.audit.note import NoteError, split_note
from disclosure.audit.report import Report
from disclosure.audit.verify import Verification
from disclosure.audit.verify_jobs import processors
from disclosure.models import DisclosureRequest

#: Faults printed for people; --json prints all that were kept.
FAULTS_PRINTED = 20

SOUND, FAULTY, NOT_VERIFIED = 0, 1, 2


class Command(BaseCommand):
    """Verify the whole trail, or one stream of it."""

    help = (
        "Recompute every leaf, link, stream head, tree node and signed root of the "
        "audit trail, also against the checkpoints kept outside the database. Exits "
        "with 0 when it is sound, 1 when something is wrong (the first broken entry "
        "is named), 2 when it could not be verified."
    )
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what to verify, against what, and how to print it."""
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--request",
            metavar="REF",
            dest="reference",
            help="only the stream of the request with this reference or id",
        )
        what.add_argument("--stream", help="only the stream of this name")
        what.add_argument(
            "--since",
            metavar="FILE",
            type=Path,
            help="only what came after this checkpoint, which you know to be sound",
        )
        parser.add_argument(
            "--tables",
            action="store_true",
            help="also compare the record with what the trail says of it",
        )
        parser.add_argument(
            "--jobs",
            type=int,
            default=processors(),
            metavar="N",
            help="processes that share a whole verification (one for each processor)",
        )
        parser.add_argument(
            "--checkpoint",
            metavar="FILE",
            type=Path,
            action="append",
            default=[],
            help="also verify against this checkpoint kept outside (repeatable)",
        )
        parser.add_argument(
            "--keys",
            metavar="FILE",
            type=Path,
            help="verifier keys to trust instead of the configured ones",
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, print, and exit as `help` says."""
        given = [*options["checkpoint"], options["since"]]
        try:
            for path in filter(None, given):
                _require_note(path)
            verification = configured.verification(
                keys=options["keys"],
                checkpoints=options["checkpoint"],
                progress=None if options["json"] else self._progress,
                jobs=options["jobs"],
                tables=options["tables"],
            )
            report = self._verify(verification, options)
        except KeyFileError as error:
            raise CommandError(
                f"Could not verify. {error}. Name the file of the log's public keys "
                "with --keys or CHECKPOINT_VERIFIER_KEYS_FILE; `audit_key generate` "
                "makes it where the sequencer runs.",
                returncode=NOT_VERIFIED,
            ) from error
        except (
            NoteError,
            CheckpointError,
            OSError,
            DatabaseError,
        ) as error:
            raise CommandError(
                f"Could not verify. {error}", returncode=NOT_VERIFIED
            ) from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
        else:
            self._print(report)
        if not report.is_sound:
            sys.exit(FAULTY)

    def _verify(self, verification: Verification, options: dict[str, Any]) -> Report:
        if options["reference"] is not None:
            stream = _stream_of_request(options["reference"], verification.alias)
        elif options["stream"] is not None:
            stream = options["stream"]
        elif options["since"] is not None:
            note = options["since"].read_bytes()
            return verification.verify_since(
                open_checkpoint(note, verification.trusted)
            )
        else:
            return verification.verify_all()
        report = verification.verify_stream(stream)
        if not report.entries and report.is_sound:
            raise CommandError(f"No entries in {stream}.", returncode=NOT_VERIFIED)
        return report

    def _progress(self, done: int, total: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done == total else ""
            self.stderr.write(f"\r{_share(done, total)}", ending=end)
        elif done == total or done * 10 // total > (done - 1000) * 10 // total:
            self.stderr.write(_share(done, total))

    def _print(self, report: Report) -> None:
        self.stdout.write(
            f"{report.entries:,} entries in {report.streams:,} streams; log of "
            f"{report.log_size:,}, {report.signed_size:,} of them signed; "
            f"{report.unsequenced:,} not yet in the log; {report.checkpoints:,} "
            f"checkpoints, {report.outside_checkpoints:,} from outside."
        )
        if not report.outside_checkpoints:
            self.stdout.write(
                self.style.WARNING(
                    "No checkpoint from outside was at hand: a log that was rolled "
                    "back or rebuilt as a whole would not show. Give one with "
                    "--checkpoint."
                )
            )
        if report.first is None:
            self.stdout.write(self.style.SUCCESS("Sound: nothing is wrong."))
            return
        self.stdout.write(self.style.ERROR(f"NOT SOUND. First: {report.first}"))
        for fault in report.in_order()[1:FAULTS_PRINTED]:
            self.stdout.write(f"  also: {fault}")
        if report.fault_count > FAULTS_PRINTED:
            self.stdout.write(f"  {report.fault_count:,} faults in all")


def _require_note(path: Path) -> None:
    """Raise CommandError for a file that is no signed note at all, OSError."""
    try:
        split_note(path.read_bytes())
    except NoteError as error:
        raise CommandError(
            f"Could not verify. {path} is not a checkpoint ({error}).",
            returncode=NOT_VERIFIED,
        ) from error


def _share(done: int, total: int) -> str:
    """How far it is: each entry is looked at in its chain, then at its place."""
    return f"{done:,} of {total:,} steps ({done * 100 // total} %)"


def _stream_of_request(reference: str, alias: str) -> str:
    """Raises CommandError when there is no such request."""
    requests = DisclosureRequest._base_manager.using(alias)
    try:
        found = requests.filter(Q(reference=reference)).first()
        found = found or requests.filter(id=reference).first()
    except ValidationError:
        found = None
    if found is None:
        raise CommandError(f"No request {reference}.", returncode=NOT_VERIFIED)
    return found.stream
