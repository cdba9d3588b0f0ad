"""`manage.py audit_key`: make, replace and show the key that signs checkpoints."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from disclosure.audit.key_files import (
    KeyFileError,
    create_signing_key,
    load_verifier_keys,
    retire_signing_key,
)
from disclosure.audit.note import NoteError


class Command(BaseCommand):
    """Manage the checkpoint key's two files."""

    help = (
        "Make, replace or show the Ed25519 key that signs audit checkpoints. Run it "
        "under the account of the sequencer: nobody else may read the secret half."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the three verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        generate = verbs.add_parser("generate", help="make the first key")
        generate.add_argument(
            "--if-missing", action="store_true", help="do nothing if there is one"
        )
        verbs.add_parser(
            "rotate", help="replace the key; what the old one signed stays verifiable"
        )
        verbs.add_parser("show", help="print the public keys, oldest first")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it. Raises CommandError when a file is missing or in the way."""
        key_file = Path(settings.CHECKPOINT_KEY_FILE)
        verifier_file = Path(settings.CHECKPOINT_VERIFIER_KEYS_FILE)
        try:
            if options["verb"] == "show":
                self._show(verifier_file)
            elif options["verb"] == "rotate":
                self._rotate(key_file, verifier_file)
            elif not (options["if_missing"] and key_file.exists()):
                self._generate(key_file, verifier_file)
        except (KeyFileError, NoteError) as error:
            raise CommandError(str(error)) from error

    def _generate(self, key_file: Path, verifier_file: Path) -> None:
        key = create_signing_key(key_file, verifier_file, settings.CHECKPOINT_ORIGIN)
        self.stdout.write(f"Secret key: {key_file}")
        self.stdout.write(f"Verifier keys: {verifier_file}")
        self.stdout.write(str(key))

    def _rotate(self, key_file: Path, verifier_file: Path) -> None:
        retired = retire_signing_key(key_file)
        self._generate(key_file, verifier_file)
        self.stdout.write(
            f"The old key is {retired}. Restart the sequencer, give the new verifier "
            f"key to everyone who verifies, then destroy that file."
        )

    def _show(self, verifier_file: Path) -> None:
        for key in load_verifier_keys(verifier_file):
            self.stdout.write(str(key))
