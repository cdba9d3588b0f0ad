"""Backups of the key store: seen, counted, reported when they outlive their time."""

import os
import shutil
import tarfile
import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from disclosure.keys import configured
from disclosure.management.key_checks import key_backup_problems

DAY = 24 * 3600


@pytest.fixture
def backups(settings, tmp_path: Path) -> Path:
    """Two keys, a backup of both as a directory and as an archive; one key purged."""
    settings.KEY_STORE_BACKEND = "directory"
    settings.KEY_STORE_DIR = tmp_path / "keys"
    settings.KEY_BACKUP_DAYS = 7
    directory = tmp_path / "backups"
    directory.mkdir()
    settings.KEY_BACKUP_DIR = str(directory)
    store = configured.key_store()
    store.create("one.values")
    store.create("one.evidence")
    shutil.copytree(settings.KEY_STORE_DIR, directory / "as-directory")
    with tarfile.open(directory / "as-archive.tar.gz", "w:gz") as archive:
        archive.add(settings.KEY_STORE_DIR, "keys")
    store.destroy("one.values")
    return directory


def listed(*arguments: str) -> str:
    output = StringIO()
    call_command("key_backups", *arguments, stdout=output)
    return output.getvalue()


def test_each_backup_says_how_many_purged_keys_it_still_has(backups: Path) -> None:
    (backups / "snapshot.age").write_bytes(b"age-encryption.org/v1 and noise")

    told = {line.split(":")[0]: line for line in listed().splitlines()}

    assert told["as-directory"].endswith("2 keys, 1 purged since")
    assert told["as-archive.tar.gz"].endswith("2 keys, 1 purged since")
    assert told["snapshot.age"].endswith("cannot be looked into")
    assert key_backup_problems() == []


def test_a_backup_older_than_its_window_is_reported(backups: Path) -> None:
    then = time.time() - 8 * DAY
    os.utime(backups / "as-archive.tar.gz", (then, then))

    with pytest.raises(CommandError, match=r"older than 7 days.*as-archive\.tar\.gz$"):
        listed()
    assert [problem.id for problem in key_backup_problems()] == ["disclosure.E026"]


def test_the_window_may_not_be_longer_than_values_are_kept(
    settings, backups: Path
) -> None:
    settings.KEY_BACKUP_DIR = ""
    for days, expected in ((0, 1), (1, 0), (30, 0), (31, 1)):
        settings.KEY_BACKUP_DAYS = days
        numbers = [problem.id for problem in key_backup_problems()]
        assert numbers == ["disclosure.E024"] * expected, days


def test_a_directory_that_is_not_there_is_named(settings, tmp_path: Path) -> None:
    settings.KEY_BACKUP_DIR = str(tmp_path / "nowhere")

    assert [p.id for p in key_backup_problems()] == ["disclosure.E025"]
    with pytest.raises(CommandError, match="not a directory"):
        listed()
    settings.KEY_BACKUP_DIR = ""
    assert key_backup_problems() == []
    with pytest.raises(CommandError, match="KEY_BACKUP_DIR"):
        listed("")
    assert "no backup" in listed(str(tmp_path))
