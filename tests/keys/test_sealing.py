"""What is sealed opens with its key in its place, and in no other way."""

import pickle
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.keys.errors import SealBroken
from disclosure.keys.sealing import new_key, place, seal, unseal
from disclosure.keys.secret import Secret

HERE = place("holding_value", "ciphertext", 17)


@given(plaintext=st.binary(max_size=2000))
def test_a_sealed_value_opens_with_its_key_in_its_place(plaintext):
    key = new_key()

    sealed = seal(plaintext, key=key, aad=HERE)

    assert unseal(sealed, key=key, aad=HERE) == plaintext


def test_the_same_value_sealed_twice_gives_unrelated_bytes():
    key = new_key()

    first = seal(b"Example Person", key=key, aad=HERE)
    second = seal(b"Example Person", key=key, aad=HERE)

    assert first != second
    assert b"Example" not in first


@pytest.mark.parametrize(
    "elsewhere",
    [
        place("holding_value", "ciphertext", 18),
        place("holding_value", "salt", 17),
        place("document", "ciphertext", 17),
        b"",
    ],
)
def test_a_sealed_value_does_not_open_in_another_place(elsewhere):
    key = new_key()
    sealed = seal(b"Example Person", key=key, aad=HERE)

    with pytest.raises(SealBroken):
        unseal(sealed, key=key, aad=elsewhere)


def test_another_key_raises_and_returns_nothing():
    sealed = seal(b"Example Person", key=new_key(), aad=HERE)

    with pytest.raises(SealBroken) as caught:
        unseal(sealed, key=new_key(), aad=HERE)

    assert "Example" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_every_single_changed_bit_is_refused():
    key = new_key()
    sealed = seal(b"Example Person", key=key, aad=HERE)

    for position in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[position // 8] ^= 1 << (position % 8)
        with pytest.raises(SealBroken):
            unseal(bytes(changed), key=key, aad=HERE)


def test_every_truncation_is_refused():
    key = new_key()
    sealed = seal(b"Example Person", key=key, aad=HERE)

    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            unseal(sealed[:length], key=key, aad=HERE)


@given(
    first=st.tuples(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1)),
    second=st.tuples(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1)),
)
def test_two_places_share_their_bytes_only_when_they_are_one(first, second):
    assert (place(*first) == place(*second)) == (first == second)


def test_parts_that_only_concatenate_alike_are_two_places():
    assert place("ab", "c", 1) != place("a", "bc", 1)


@pytest.mark.parametrize("parts", [("", "c", 1), ("t", "", 1), ("t", "c", "")])
def test_a_place_with_a_part_missing_is_refused(parts):
    with pytest.raises(ValueError, match="must all be given"):
        place(*parts)


@pytest.mark.parametrize("content", [b"canary-7f3a", "canary-7f3a"])
def test_a_secret_does_not_show_its_content(content):
    secret = Secret(content)

    shown = [repr(secret), str(secret), f"{secret}", f"{secret:>40}", f"{[secret]}"]
    shown.append("%s %r" % (secret, secret))  # noqa: UP031 -- the old way must not leak

    assert all("canary" not in text for text in shown)
    assert secret.reveal() == content


@pytest.mark.parametrize("attempt", [pickle.dumps, deepcopy, hash, list, vars])
def test_a_secret_cannot_be_copied_out_by_accident(attempt):
    with pytest.raises(TypeError):
        attempt(Secret(b"canary"))


def test_secrets_compare_by_content():
    assert Secret(b"one") == Secret(b"one")
    assert Secret(b"one") != Secret(b"two")
    assert Secret(b"one") != b"one"
