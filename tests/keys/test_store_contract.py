"""What every key store promises: durable, private, and final when it destroys.

Each test runs on the directory and on a real OpenBao server.
"""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from disclosure.keys.errors import (
    KeyAlreadyExists,
    KeyDestroyed,
    KeyEncryptionKeyMissing,
    KeyMissing,
    KeyNameInvalid,
    SealBroken,
)
from disclosure.keys.sealing import place, seal, unseal
from disclosure.keys.store import KeyPurpose, key_name, load_or_create
from tests.keys.benches import Bench

REQUEST_ID = UUID("0d4f6c38-1111-4222-8333-444455556666")
VALUES = key_name(REQUEST_ID, KeyPurpose.VALUES)
EVIDENCE = key_name(REQUEST_ID, KeyPurpose.EVIDENCE)
HERE = place("holding_value", "ciphertext", 1)


def test_a_created_key_is_loaded_by_a_second_process(bench: Bench) -> None:
    created = bench.open().create(VALUES)

    assert bench.open().load(VALUES) == created
    assert len(created.reveal()) == 32


def test_the_two_keys_of_a_request_are_different(bench: Bench) -> None:
    store = bench.open()

    assert store.create(VALUES) != store.create(EVIDENCE)


def test_the_key_does_not_rest_in_clear(bench: Bench) -> None:
    key = bench.open().create(VALUES).reveal()

    assert key not in bench.wrapped(VALUES)
    assert key.hex().encode() not in bench.wrapped(VALUES)


def test_a_second_key_of_one_name_is_refused_and_the_first_stays(bench: Bench) -> None:
    store = bench.open()
    first = store.create(VALUES)

    with pytest.raises(KeyAlreadyExists):
        store.create(VALUES)

    assert store.load(VALUES) == first


def test_an_unknown_name_is_missing_not_destroyed(bench: Bench) -> None:
    store = bench.open()

    assert not store.exists(VALUES)
    with pytest.raises(KeyMissing):
        store.load(VALUES)
    with pytest.raises(KeyMissing):
        store.destroy(VALUES)


def test_what_was_sealed_cannot_be_read_after_destruction(bench: Bench) -> None:
    store = bench.open()
    sealed = seal(b"Example Person", key=store.create(VALUES), aad=HERE)
    store.create(EVIDENCE)
    assert unseal(sealed, key=store.load(VALUES), aad=HERE) == b"Example Person"

    store.destroy(VALUES)

    assert not store.exists(VALUES)
    with pytest.raises(KeyDestroyed):
        store.load(VALUES)
    with pytest.raises(SealBroken):
        unseal(sealed, key=store.load(EVIDENCE), aad=HERE)


def test_destruction_leaves_no_wrapped_key_behind(bench: Bench) -> None:
    store = bench.open()
    store.create(VALUES)
    bench.renew_kek()
    bench.open().rotate_kek()
    # What "left" sees while the key lives: it would see a copy afterwards.
    assert bench.left(VALUES) == [bench.wrapped(VALUES)]

    bench.open().destroy(VALUES)

    assert bench.left(VALUES) == []


def test_a_destroyed_name_is_never_used_again(bench: Bench) -> None:
    store = bench.open()
    store.create(VALUES)
    store.destroy(VALUES)

    with pytest.raises(KeyDestroyed):
        store.create(VALUES)
    with pytest.raises(KeyDestroyed):
        load_or_create(store, VALUES)


def test_destroying_twice_is_no_error(bench: Bench) -> None:
    store = bench.open()
    store.create(VALUES)
    store.destroy(VALUES)

    store.destroy(VALUES)

    assert not store.exists(VALUES)


def test_a_destruction_cut_short_reads_as_destroyed_and_is_finished(
    bench: Bench,
) -> None:
    store = bench.open()
    store.create(VALUES)
    bench.half_destroy(VALUES)
    assert bench.left(VALUES) != []

    with pytest.raises(KeyDestroyed):
        store.load(VALUES)
    assert not store.exists(VALUES)
    store.destroy(VALUES)

    assert bench.left(VALUES) == []


def test_rotation_finishes_a_destruction_cut_short(bench: Bench) -> None:
    bench.open().create(VALUES)
    bench.half_destroy(VALUES)
    bench.renew_kek()

    assert bench.open().rotate_kek() == 0

    assert bench.left(VALUES) == []
    with pytest.raises(KeyDestroyed):
        bench.open().load(VALUES)


def test_rotation_rewraps_keys_and_leaves_values_alone(bench: Bench) -> None:
    created = bench.open().create(VALUES)
    sealed = seal(b"Example Person", key=created, aad=HERE)
    before = bench.wrapped(VALUES)
    bench.renew_kek()

    assert bench.open().rotate_kek() == 1
    assert bench.open().rotate_kek() == 0

    assert before not in bench.left(VALUES)
    bench.drop_old_kek()
    key = bench.open().load(VALUES)
    assert unseal(sealed, key=key, aad=HERE) == b"Example Person"


def test_without_rotation_the_old_wrapping_needs_the_old_key(bench: Bench) -> None:
    bench.open().create(VALUES)
    bench.renew_kek()
    bench.drop_old_kek()

    with pytest.raises(KeyEncryptionKeyMissing):
        bench.open().load(VALUES)


def test_rotation_does_not_bring_a_destroyed_key_back(bench: Bench) -> None:
    store = bench.open()
    store.create(VALUES)
    store.create(EVIDENCE)
    store.destroy(VALUES)
    bench.renew_kek()

    assert bench.open().rotate_kek() == 1

    assert bench.left(VALUES) == []
    with pytest.raises(KeyDestroyed):
        bench.open().load(VALUES)


def test_a_wrapped_key_moved_to_another_name_does_not_open(bench: Bench) -> None:
    store = bench.open()
    store.create(VALUES)
    store.create(EVIDENCE)
    bench.put(EVIDENCE, bench.wrapped(VALUES))

    with pytest.raises(SealBroken):
        store.load(EVIDENCE)


@pytest.mark.parametrize(
    "content",
    [b"", b"DDK1", b"plain", b"DDK1\x00" * 9, b"vault:v1:AAAA"],
)
def test_a_damaged_key_is_refused(bench: Bench, content: bytes) -> None:
    store = bench.open()
    store.create(VALUES)
    bench.put(VALUES, content)

    with pytest.raises(SealBroken):
        store.load(VALUES)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\x00b", "A", ".lock", "x" * 121, "a b"]
)
def test_a_name_that_could_leave_its_place_is_refused(bench: Bench, name: str) -> None:
    store = bench.open()

    for verb in (store.create, store.load, store.destroy, store.exists):
        with pytest.raises(KeyNameInvalid):
            verb(name)


def test_twenty_callers_that_race_get_one_key(bench: Bench) -> None:
    with ThreadPoolExecutor(20) as pool:
        keys = list(
            pool.map(lambda _turn: load_or_create(bench.open(), VALUES), range(20))
        )

    assert all(key == keys[0] for key in keys)


def test_a_destruction_wins_over_rotations_that_run_beside_it(bench: Bench) -> None:
    names = [f"{number}.values" for number in range(12)]
    for name in names:
        bench.open().create(name)
    bench.renew_kek()

    with ThreadPoolExecutor(4) as pool:
        rotations = [pool.submit(bench.open().rotate_kek) for _turn in range(3)]
        list(pool.map(bench.open().destroy, names[::2]))
        rewrapped = sum(rotation.result() for rotation in rotations)

    for name in names[::2]:
        assert bench.left(name) == []
        with pytest.raises(KeyDestroyed):
            bench.open().load(name)
    for name in names[1::2]:
        assert bench.open().exists(name)
    assert 6 <= rewrapped <= 12
