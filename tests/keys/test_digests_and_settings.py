"""Blind indexes, commitments, and the settings that choose keys."""

import pytest

from disclosure.domain.vocabulary import IdentifierType
from disclosure.keys import configured
from disclosure.keys.digests import (
    blind_index_with,
    commit,
    normalise,
    opens,
)
from disclosure.keys.errors import KeyConfigurationInvalid, KeyEncryptionKeyMissing
from disclosure.keys.secret import Secret
from disclosure.keys.wrapping import KeyRing

KEY = Secret(bytes(range(32)))
SECRET = "a-made-up-secret-of-enough-characters-1"
OTHER_SECRET = "a-made-up-secret-of-enough-characters-2"


@pytest.mark.parametrize(
    ("kind", "spelling", "normal"),
    [
        (IdentifierType.PHONE, "+86 139-0000-0000", "13900000000"),
        (IdentifierType.PHONE, "0086 13900000000", "13900000000"),
        (IdentifierType.PHONE, "１３９０００００００0", "13900000000"),
        (IdentifierType.PHONE, "+44 20 7946 0000", "+442079460000"),
        (IdentifierType.ID_NUMBER, "11010519491231002X", "11010519491231002x"),
        (IdentifierType.EMAIL, " Person@Example.ORG ", "person@example.org"),
        (IdentifierType.NAME_AND_ID_NUMBER, "张三  110", "张三 110"),
    ],
)
def test_spellings_of_one_identifier_become_one(kind, spelling, normal):
    assert normalise(kind, spelling) == normal


def test_the_index_depends_on_key_kind_and_value():
    index = blind_index_with(KEY, IdentifierType.PHONE, "13900000000")

    assert len(index) == 32
    assert index == blind_index_with(KEY, IdentifierType.PHONE, "13900000000")
    others = {
        blind_index_with(Secret(bytes(32)), IdentifierType.PHONE, "13900000000"),
        blind_index_with(KEY, IdentifierType.PAYMENT_ACCOUNT, "13900000000"),
        blind_index_with(KEY, IdentifierType.PHONE, "13900000001"),
    }
    assert index not in others
    assert len(others) == 3


def test_a_commitment_opens_with_its_salt_and_value_only():
    salt = bytes(range(32))
    commitment = commit(salt, b"person@example.org")

    assert opens(commitment, salt, b"person@example.org")
    assert not opens(commitment, bytes(32), b"person@example.org")
    assert not opens(commitment, salt, b"other@example.org")


def test_a_short_salt_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        commit(b"short", b"value")


def test_the_first_secret_is_the_active_one_and_the_id_is_not_the_key():
    ring = KeyRing.derive([SECRET, OTHER_SECRET])

    assert ring.active_id == KeyRing.derive([SECRET]).active_id
    assert len(ring.keys) == 2
    for key_id, key in ring.keys.items():
        assert key_id not in key.reveal().hex()


@pytest.mark.parametrize("secrets", [[], [""], ["short"], [SECRET, SECRET]])
def test_unusable_secrets_are_refused_without_repeating_them(secrets):
    with pytest.raises(KeyConfigurationInvalid) as caught:
        KeyRing.derive(secrets)

    assert SECRET not in f"{caught.value} {caught.value.data}"


@pytest.fixture
def configuration(settings, tmp_path):
    settings.KEY_STORE_BACKEND = "directory"
    settings.KEY_STORE_DIR = tmp_path / "keys"
    settings.KEY_ENCRYPTION_KEY = SECRET
    settings.KEY_ENCRYPTION_KEY_FALLBACKS = []
    settings.BLIND_INDEX_KEY = SECRET
    return settings


def test_rotation_by_settings_keeps_the_keys(configuration):
    created = configured.key_store().create("some-request.values")

    configuration.KEY_ENCRYPTION_KEY = OTHER_SECRET
    with pytest.raises(KeyEncryptionKeyMissing):
        configured.key_store().load("some-request.values")

    configuration.KEY_ENCRYPTION_KEY_FALLBACKS = [SECRET]
    assert configured.key_store().rotate_kek() == 1

    configuration.KEY_ENCRYPTION_KEY_FALLBACKS = []
    assert configured.key_store().load("some-request.values") == created


def test_the_configured_index_key_is_its_own_key(configuration):
    index = configured.blind_index(IdentifierType.PHONE, "139")

    assert index == configured.blind_index(IdentifierType.PHONE, "139")
    ring = KeyRing.derive([SECRET])
    other = blind_index_with(ring.keys[ring.active_id], IdentifierType.PHONE, "139")
    assert index != other


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KEY_STORE_BACKEND", "cupboard"),
        ("KEY_STORE_DIR", ""),
        ("KEY_ENCRYPTION_KEY", ""),
        ("KEY_ENCRYPTION_KEY", "short"),
    ],
)
def test_a_missing_or_unusable_store_setting_is_refused(configuration, name, value):
    setattr(configuration, name, value)

    with pytest.raises(KeyConfigurationInvalid):
        configured.key_store()


@pytest.mark.parametrize("value", ["", "short"])
def test_an_unusable_index_key_is_refused(configuration, value):
    configuration.BLIND_INDEX_KEY = value

    with pytest.raises(KeyConfigurationInvalid):
        configured.blind_index(IdentifierType.PHONE, "139")
