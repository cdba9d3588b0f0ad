"""The directory store: durable, private, and final when it destroys."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from disclosure.keys.directory import DirectoryKeyStore
from disclosure.keys.errors import (
    KeyAlreadyExists,
    KeyConfigurationInvalid,
    KeyDestroyed,
    KeyEncryptionKeyMissing,
    KeyMissing,
    KeyNameInvalid,
    SealBroken,
)
from disclosure.keys.sealing import new_key, place, seal, unseal
from disclosure.keys.store import KeyPurpose, key_name, load_or_create
from disclosure.keys.wrapping import KeyRing

REQUEST_ID = UUID("0d4f6c38-1111-4222-8333-444455556666")
VALUES = key_name(REQUEST_ID, KeyPurpose.VALUES)
EVIDENCE = key_name(REQUEST_ID, KeyPurpose.EVIDENCE)
HERE = place("holding_value", "ciphertext", 1)


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


def test_a_created_key_is_loaded_by_a_second_process(store, root, old_ring):
    created = store.create(VALUES)

    assert DirectoryKeyStore(root, old_ring).load(VALUES) == created


def test_the_two_keys_of_a_request_are_different(store):
    assert store.create(VALUES) != store.create(EVIDENCE)


def test_the_key_is_not_on_disk_in_clear(store, root):
    key = store.create(VALUES).reveal()

    content = stored_files(root)[f"{VALUES}.key"].read_bytes()

    assert key not in content
    assert b"2026-01" in content


def test_only_the_owner_can_enter_and_read(store, root):
    store.create(VALUES)

    for path in [root, *root.rglob("*")]:
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


def test_a_directory_open_to_others_is_refused(tmp_path, old_ring):
    tmp_path.chmod(0o755)

    with pytest.raises(KeyConfigurationInvalid):
        DirectoryKeyStore(tmp_path, old_ring)


def test_a_second_key_of_one_name_is_refused_and_the_first_stays(store):
    first = store.create(VALUES)

    with pytest.raises(KeyAlreadyExists):
        store.create(VALUES)

    assert store.load(VALUES) == first


def test_an_unknown_name_is_missing_not_destroyed(store):
    assert not store.exists(VALUES)
    with pytest.raises(KeyMissing):
        store.load(VALUES)
    with pytest.raises(KeyMissing):
        store.destroy(VALUES)


def test_what_was_sealed_cannot_be_read_after_destruction(store):
    sealed = seal(b"Example Person", key=store.create(VALUES), aad=HERE)
    store.create(EVIDENCE)
    assert unseal(sealed, key=store.load(VALUES), aad=HERE) == b"Example Person"

    store.destroy(VALUES)

    assert not store.exists(VALUES)
    with pytest.raises(KeyDestroyed):
        store.load(VALUES)
    with pytest.raises(SealBroken):
        unseal(sealed, key=store.load(EVIDENCE), aad=HERE)


def test_destruction_leaves_no_wrapped_key_behind(store, root):
    store.create(VALUES)
    wrapped = stored_files(root)[f"{VALUES}.key"].read_bytes()

    store.destroy(VALUES)

    left = stored_files(root)
    assert f"{VALUES}.key" not in left
    assert all(wrapped not in path.read_bytes() for path in left.values())


def test_destruction_also_removes_what_an_interrupted_rotation_left(store, root):
    store.create(VALUES)
    key_path = stored_files(root)[f"{VALUES}.key"]
    copy = key_path.with_name(key_path.name + ".new")
    copy.write_bytes(key_path.read_bytes())

    store.destroy(VALUES)

    assert not copy.exists()


def test_a_destroyed_name_is_never_used_again(store):
    store.create(VALUES)
    store.destroy(VALUES)

    with pytest.raises(KeyDestroyed):
        store.create(VALUES)
    with pytest.raises(KeyDestroyed):
        load_or_create(store, VALUES)


def test_destroying_twice_is_no_error(store):
    store.create(VALUES)
    store.destroy(VALUES)

    store.destroy(VALUES)

    assert not store.exists(VALUES)


def test_a_crash_after_the_tombstone_is_finished_by_the_next_call(store, root):
    store.create(VALUES)
    key_path = stored_files(root)[f"{VALUES}.key"]
    key_path.with_suffix(".destroyed").touch()

    with pytest.raises(KeyDestroyed):
        store.load(VALUES)
    store.destroy(VALUES)

    assert not key_path.exists()


def test_rotation_finishes_an_interrupted_destruction(store, root, both_rings):
    store.create(VALUES)
    key_path = stored_files(root)[f"{VALUES}.key"]
    key_path.with_suffix(".destroyed").touch()

    assert DirectoryKeyStore(root, both_rings).rotate_kek() == 0

    assert not key_path.exists()


def test_rotation_rewraps_keys_and_leaves_values_alone(
    store, root, old_ring, both_rings
):
    created = store.create(VALUES)
    sealed = seal(b"Example Person", key=created, aad=HERE)
    rotated = DirectoryKeyStore(root, both_rings)

    assert rotated.rotate_kek() == 1
    assert rotated.rotate_kek() == 0

    only_new = KeyRing("2026-02", {"2026-02": both_rings.keys["2026-02"]})
    key = DirectoryKeyStore(root, only_new).load(VALUES)
    assert unseal(sealed, key=key, aad=HERE) == b"Example Person"
    with pytest.raises(KeyEncryptionKeyMissing):
        DirectoryKeyStore(root, old_ring).load(VALUES)


def test_rotation_does_not_bring_a_destroyed_key_back(store, root, both_rings):
    store.create(VALUES)
    store.create(EVIDENCE)
    store.destroy(VALUES)

    assert DirectoryKeyStore(root, both_rings).rotate_kek() == 1

    assert f"{VALUES}.key" not in stored_files(root)


def test_a_wrapped_key_moved_to_another_name_does_not_open(store, root):
    store.create(VALUES)
    store.create(EVIDENCE)
    files = stored_files(root)
    files[f"{EVIDENCE}.key"].write_bytes(files[f"{VALUES}.key"].read_bytes())

    with pytest.raises(SealBroken):
        store.load(EVIDENCE)


@pytest.mark.parametrize(
    "content",
    [b"", b"DDK1", b"DDK1\xff", b"DDK1\x02\xff\xffrest", b"plain", b"DDK1\x00" * 9],
)
def test_a_damaged_key_file_is_refused(store, root, content):
    store.create(VALUES)
    stored_files(root)[f"{VALUES}.key"].write_bytes(content)

    with pytest.raises(SealBroken):
        store.load(VALUES)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\x00b", "A", ".lock", "x" * 121, "a b"]
)
def test_a_name_that_could_leave_the_directory_is_refused(store, name):
    for verb in (store.create, store.load, store.destroy, store.exists):
        with pytest.raises(KeyNameInvalid):
            verb(name)


def test_twenty_callers_that_race_get_one_key(root, old_ring):
    def call(_):
        return load_or_create(DirectoryKeyStore(root, old_ring), VALUES)

    with ThreadPoolExecutor(20) as pool:
        keys = list(pool.map(call, range(20)))

    assert all(key == keys[0] for key in keys)


def test_a_failed_write_leaves_the_old_key(store, root, both_rings, monkeypatch):
    created = store.create(VALUES)

    def disk_full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space"):
        DirectoryKeyStore(root, both_rings).rotate_kek()

    assert store.load(VALUES) == created
