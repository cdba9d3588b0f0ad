"""Stored files: encrypted, bound to name and key, durable, swept."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from disclosure.files.errors import StoredFileBroken, StoredFileMissing
from disclosure.files.storage import open_stored, remove, store, sweep_orphans

KEY = bytes(range(32))
CONTENT = b"canary content of a court letter"


@pytest.fixture(autouse=True)
def directory(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR


def test_what_is_stored_comes_back():
    stored = store(CONTENT, KEY)

    assert open_stored(stored.name, KEY) == CONTENT
    assert stored.size == len(CONTENT)


def test_the_bytes_on_disk_are_encrypted_and_private(directory):
    stored = store(CONTENT, KEY)

    path = directory / stored.name
    assert b"canary" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_the_same_content_is_stored_under_unrelated_names_and_bytes(directory):
    first, second = store(CONTENT, KEY), store(CONTENT, KEY)

    assert first.name != second.name
    assert first.sha256 == second.sha256
    contents = {(directory / name.name).read_bytes() for name in (first, second)}
    assert len(contents) == 2


def test_another_key_opens_nothing():
    stored = store(CONTENT, KEY)

    with pytest.raises(StoredFileBroken):
        open_stored(stored.name, bytes(32))


def test_files_swapped_in_the_store_do_not_open(directory):
    first, second = store(CONTENT, KEY), store(b"other", KEY)
    (directory / first.name).write_bytes((directory / second.name).read_bytes())

    with pytest.raises(StoredFileBroken):
        open_stored(first.name, KEY)


@pytest.mark.parametrize("position", [0, 3, 4, 15, 16, 30, -1])
def test_one_changed_byte_is_refused(directory, position):
    stored = store(CONTENT, KEY)
    path: Path = directory / stored.name
    changed = bytearray(path.read_bytes())
    changed[position] ^= 1
    path.write_bytes(bytes(changed))

    with pytest.raises(StoredFileBroken):
        open_stored(stored.name, KEY)


@pytest.mark.parametrize("left", [0, 3, 4, 10, 31])
def test_a_truncated_file_is_refused(directory, left):
    stored = store(CONTENT, KEY)
    path: Path = directory / stored.name
    path.write_bytes(path.read_bytes()[:left])

    with pytest.raises(StoredFileBroken):
        open_stored(stored.name, KEY)


def test_a_missing_file_is_said_to_be_missing():
    with pytest.raises(StoredFileMissing):
        open_stored("ab/" + "0" * 32, KEY)


def test_removing_twice_is_no_error():
    stored = store(CONTENT, KEY)
    remove(stored.name)
    remove(stored.name)

    with pytest.raises(StoredFileMissing):
        open_stored(stored.name, KEY)


def test_the_sweep_takes_old_files_that_nobody_recorded(directory):
    recorded, orphan, fresh = (store(CONTENT, KEY) for _ in range(3))
    now = datetime.now(UTC)
    yesterday = (now - timedelta(days=1)).timestamp()
    for old in (recorded, orphan):
        os.utime(directory / old.name, (yesterday, yesterday))

    swept = sweep_orphans(
        {recorded.name}.__contains__, stored_before=now - timedelta(hours=1)
    )

    assert swept == (orphan.name,)
    assert open_stored(recorded.name, KEY) == open_stored(fresh.name, KEY) == CONTENT


def test_the_sweep_of_an_empty_store_finds_nothing():
    assert sweep_orphans(lambda _: False, stored_before=datetime.now(UTC)) == ()
