"""The directory store: what only files can get wrong."""

import os
import stat
from uuid import UUID

import pytest

from disclosure.keys.directory import DirectoryKeyStore
from disclosure.keys.errors import KeyConfigurationInvalid
from disclosure.keys.sealing import new_key
from disclosure.keys.store import KeyPurpose, key_name
from disclosure.keys.wrapping import KeyRing

REQUEST_ID = UUID("0d4f6c38-1111-4222-8333-444455556666")
VALUES = key_name(REQUEST_ID, KeyPurpose.VALUES)


@pytest.fixture
def old_ring():
    return KeyRing(active_id="2026-01", keys={"2026-01": new_key()})


@pytest.fixture
def both_rings(old_ring):
    return KeyRing(active_id="2026-02", keys={**old_ring.keys, "2026-02": new_key()})


@pytest.fixture
def root(tmp_path):
    return tmp_path / "keys"


@pytest.fixture
def store(root, old_ring):
    return DirectoryKeyStore(root, old_ring)


def stored_files(root):
    return {path.name: path for path in root.rglob("*") if path.is_file()}


def test_only_the_owner_can_enter_and_read(store, root):
    store.create(VALUES)

    for path in [root, *root.rglob("*")]:
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


def test_a_directory_open_to_others_is_refused(tmp_path, old_ring):
    tmp_path.chmod(0o755)

    with pytest.raises(KeyConfigurationInvalid):
        DirectoryKeyStore(tmp_path, old_ring)


def test_destruction_also_removes_what_an_interrupted_rotation_left(store, root):
    store.create(VALUES)
    key_path = stored_files(root)[f"{VALUES}.key"]
    copy = key_path.with_name(key_path.name + ".new")
    copy.write_bytes(key_path.read_bytes())

    store.destroy(VALUES)

    assert not copy.exists()


def test_a_failed_write_leaves_the_old_key(store, root, both_rings, monkeypatch):
    created = store.create(VALUES)

    def disk_full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space"):
        DirectoryKeyStore(root, both_rings).rotate_kek()

    assert store.load(VALUES) == created
