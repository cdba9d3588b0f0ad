"""Facts are read strictly: what is wrong is named by its key."""

from datetime import date
from pathlib import Path

import pytest

from disclosure.domain import facts
from disclosure.domain.errors import FactsError
from disclosure.domain.types import Facts
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    DocumentVerdict,
    IdentityField,
    Presence,
    ProviderRole,
)

HEAD = 'regime = "copyright"\nreceived_on = 2009-03-02\n'
TARGET = "[[targets]]\n"


def read(text: str) -> Facts:
    return facts.read(text.encode())


def test_an_absent_fact_is_unknown() -> None:
    found = read(HEAD + TARGET)

    assert found.requester.kind is None
    assert found.procedure.suit_pending is None
    assert found.target.provider_role is None
    assert found.target.account_holder_kind is AccountHolderKind.UNKNOWN
    assert found.target.minor is None
    assert found.target.requested is None
    assert found.target.holdings is None
    assert found.target.already_public is None


def test_a_document_without_verdict_is_still_to_be_reviewed() -> None:
    found = read(HEAD + '[[documents]]\nkind = "declaration"\n' + TARGET)

    assert found.documents[0].verdict is DocumentVerdict.PENDING


def test_a_target_may_override_every_shared_key() -> None:
    found = read(
        HEAD
        + 'provider_role = "hosting"\naccount_holder_kind = "enterprise"\n'
        + 'minor = true\nalready_public = ["uscc"]\n'
        + '[[targets]]\nid = "a"\n'
        + '[[targets]]\nid = "b"\nprovider_role = "search"\nminor = false\n'
        + 'account_holder_kind = "natural_person"\nalready_public = []\n'
    )

    first, second = found.targets
    assert (first.provider_role, first.minor) == (ProviderRole.HOSTING, True)
    assert first.already_public == (IdentityField.USCC,)
    assert (second.provider_role, second.minor) == (ProviderRole.SEARCH, False)
    assert second.account_holder_kind is AccountHolderKind.NATURAL_PERSON
    assert second.already_public == ()


def test_held_and_lost_become_holdings_with_their_periods() -> None:
    found = read(
        HEAD
        + '[[targets]]\nheld = ["phone", { field = "ip_address", '
        + 'from = 2009-01-05, to = 2009-01-12 }]\nlost = ["email"]\n'
    )

    phone, address, email = found.target.holdings or ()
    assert phone.presence is Presence.HELD
    assert address.periods[0].start == date(2009, 1, 5)
    assert address.periods[0].end == date(2009, 1, 12)
    assert email.presence is Presence.LOST


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        ('regime = "copyrigth"\n', "regime", "copyright"),
        (HEAD + "recieved_on = 2009-01-01\n", "'recieved_on'", "received_on"),
        (HEAD + TARGET + "minr = true\n", "targets[1].'minr'", "minor"),
        (HEAD + '[requester]\nkynd = "agent"\n', "requester.'kynd'", "kind"),
        (HEAD + '[requester]\nkind = "agnt"\n' + TARGET, "requester.kind", "agent"),
        (
            HEAD + TARGET + 'requested = ["phone", "real_nme"]\n',
            "targets[1].requested[2]",
            "real_name",
        ),
        (
            HEAD + '[[instruments]]\nkind = "court_order"\n'
            '[[instruments.items]]\nfields = ["phone"]\ntargets = ["t9"]\n' + TARGET,
            "instruments[1].items[1].targets[1]",
            "t1",
        ),
    ],
)
def test_an_unknown_word_is_named_with_its_nearest(
    text: str, key: str, nearest: str
) -> None:
    with pytest.raises(FactsError) as caught:
        read(text)

    assert (caught.value.key, caught.value.nearest) == (key, nearest)


INSTRUMENT = '[[instruments]]\nkind = "court_order"\n'


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("received_on = 2009-03-02\n" + TARGET, "regime"),
        ('regime = "copyright"\n' + TARGET, "received_on"),
        (HEAD, "targets"),
        (HEAD + "targets = 3\n", "targets"),
        (HEAD + "targets = [3]\n", "targets[1]"),
        ('regime = "copyright"\nreceived_on = "today"\n' + TARGET, "received_on"),
        ('regime = "copyright"\nreceived_on = 9999-12-31\n' + TARGET, "received_on"),
        (
            'regime = "copyright"\nreceived_on = 2009-03-02T10:00:00\n' + TARGET,
            "received_on",
        ),
        (HEAD + 'minor = "no"\n' + TARGET, "minor"),
        (HEAD + "minor = 0\n" + TARGET, "minor"),
        (HEAD + "title = 3\n" + TARGET, "title"),
        (HEAD + 'title = "a\\u0000b"\n' + TARGET, "title"),
        (HEAD + 'title = "a\\u202Eb"\n' + TARGET, "title"),
        (HEAD + f'title = "{"x" * 5000}"\n' + TARGET, "title"),
        (HEAD + "[[instruments]]\n" + TARGET, "instruments[1].kind"),
        (
            HEAD + INSTRUMENT + "[[instruments.items]]\n" + TARGET,
            "instruments[1].items[1].fields",
        ),
        (
            HEAD + INSTRUMENT + '[[instruments.items]]\nfields = ["phone"]\n'
            "from = 2009-02-02\nto = 2009-01-01\n" + TARGET,
            "instruments[1].items[1].to",
        ),
        (HEAD + "[[documents]]\n" + TARGET, "documents[1].kind"),
        (HEAD + '[[targets]]\nid = "a"\n[[targets]]\nid = "a"\n', "targets[2].id"),
        (HEAD + TARGET + 'held = ["phone"]\nlost = ["phone"]\n', "targets[1].lost"),
        (HEAD + 'requester = "court"\n' + TARGET, "requester"),
    ],
)
def test_a_wrong_value_is_named_by_its_key(text: str, key: str) -> None:
    with pytest.raises(FactsError) as caught:
        read(text)

    assert caught.value.key == key


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"a = [" + b"[" * 20_000,
        b"no equals sign",
        b'title = "\x07"',
        b"x" * (facts.MAX_BYTES + 1),
        b"a = " + b"9" * 5000,
    ],
)
def test_what_is_no_readable_file_is_said_so(content: bytes) -> None:
    with pytest.raises(FactsError):
        facts.read(content)


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FactsError) as caught:
        facts.read(tmp_path / "nothing.toml")

    assert caught.value.key == "file"


def test_a_byte_order_mark_and_full_width_spaces_do_no_harm() -> None:
    text = "\ufeff" + HEAD + 'title = "王芳\u3000案"\n' + TARGET

    assert read(text).title == "王芳\u3000案"
