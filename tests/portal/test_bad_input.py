"""Whatever is sent: the problem at its field, the rest kept, nothing stored half."""

import html

import pytest

from disclosure.domain.vocabulary import RequesterKind
from disclosure.models import Requester
from tests.factories import make_requester, make_user
from tests.portal.steps import (
    ACCOUNTS,
    ASKS,
    GROUND,
    INSTRUMENT,
    Sender,
    pdf,
    signed_in,
    text_of,
)

pytestmark = pytest.mark.django_db(transaction=True)

HUGE = "字" * (10 * 1024 * 1024 // 3)
UNSEEN = ("a\x00b", "a\x1bb", "a\u202eb", "a\ue000b")


@pytest.fixture
def sender() -> Sender:
    return Sender(make_requester(RequesterKind.AGENT).user)


def problem_at(response, field: str) -> str:
    """Return what the page says at a field; fail when it says nothing there."""
    assert response.status_code == 422, response.status_code
    page = html.unescape(text_of(response))
    assert f'href="#id_{field}' in page or f'id="id_{field}_problem"' in page, field
    return page


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("ground", ""),
        ("ground", HUGE),
        *(("ground", text) for text in UNSEEN),
        ("claimant_name", "x" * 201),
        ("claimant_kind", "emperor"),
        ("authorised", ""),
        ("stage", "99"),
        ("service", "another"),
        ("suit_pending", "perhaps"),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_the_ground(sender: Sender, field, bad):
    page = problem_at(sender.post("ground", GROUND | {field: bad}), field)
    kept = "Claimant Ltd" if field != "claimant_name" else "My film is shown"
    assert kept in page
    assert len(page) < 200_000
    assert sender.client.get(sender.base).context["draft"].ground == {}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"identifier": [""]}, "Name at least one account."),
        ({"identifier": ["x" * 501]}, "at most 500 characters"),
        ({"identifier": ["a\x00b"]}, "ull characters are not allowed"),
        ({"identifier": ["a\u202eb"]}, "characters that cannot be shown"),
        ({"type": ["passport"]}, "Select a valid choice"),
        ({"observed_at": ["9999-01-01T00:00"]}, "Check the year."),
        ({"observed_at": ["yesterday"]}, "Write date and time"),
        ({"type": ["ip_time"], "observed_at": [""]}, "Say when it was used."),
        ({"type": []}, "This field is required."),
        ({"port": ["443"]}, "Only an IP address has a port."),
        ({"type": ["ip_time"], "port": ["65536"]}, "Use a port from 1 to 65535."),
        ({"type": ["ip_time"], "port": ["http"]}, "Use a port from 1 to 65535."),
        (
            {"type": ["ip_time"], "observed_until": ["2026-11-01T09:29:59"]},
            "The time would end before it begins.",
        ),
        (
            {
                "type": ["ip_time"],
                "identifier": ["192.0.2.1:443"],
                "port": ["444"],
            },
            "The address names another port.",
        ),
    ],
)
def test_the_accounts(sender: Sender, changes, words):
    answer = sender.post("accounts", ACCOUNTS | changes)
    assert answer.status_code == 422
    assert words in html.unescape(text_of(answer))
    assert sender.client.get(sender.base).context["draft"].accounts == ()


def test_one_wrong_row_among_many_keeps_them_all_and_stores_none(sender: Sender):
    rows = {
        "type": ["username"] * 3,
        "identifier": ["good one", "x" * 501, "good two"],
        "observed_at": [""] * 3,
        "key": [""] * 3,
        "save": "1",
    }
    page = text_of(sender.post("accounts", rows))
    assert "good one" in page
    assert "good two" in page
    assert "Row 2" in page
    assert sender.client.get(sender.base).context["draft"].accounts == ()


def test_the_same_account_twice_is_said_at_the_second(sender: Sender):
    rows = {
        "type": ["username"] * 2,
        "identifier": ["one", "one"],
        "observed_at": [""] * 2,
        "key": [""] * 2,
        "save": "1",
    }
    assert "Row 1 names it already." in text_of(sender.post("accounts", rows))


@pytest.mark.parametrize(
    ("paste", "words"),
    [
        ("\n".join(f"u{n}" for n in range(301)), "301 accounts are too many"),
        ("x" * 501, "longer than 500 characters"),
        (HUGE, "at most"),
    ],
    ids=["many", "long", "huge"],
)
def test_the_box_to_paste_into(sender: Sender, paste, words):
    sent = {"paste_add": "1", "paste_type": "username", "paste": paste}
    answer = sender.post("accounts", ACCOUNTS | sent)
    assert answer.status_code == 422
    page = text_of(answer)
    assert words in page
    assert "夜航船1987" in page
    assert len(page) < 1_000_000


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fields_asked": []}, "fields_asked"),
        ({"fields_asked": ["soul"]}, "fields_asked"),
        ({"from_on": "9999-12-31"}, "from_on"),
        ({"from_on": "0001-01-01"}, "from_on"),
        ({"from_on": "31.12.2026"}, "from_on"),
        ({"from_on": "2026-11-07", "to_on": "2026-11-01"}, "to_on"),
    ],
)
def test_what_is_asked(sender: Sender, changes, field):
    sender.post("accounts", ACCOUNTS)
    page = problem_at(sender.post("data", ASKS | changes), field)
    if field != "fields_asked":
        assert 'value="real_name" id="id_fields_asked_real_name" checked' in page
    assert sender.client.get(sender.base).context["draft"].asks == {}


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("kind", "rumour"),
        ("ref", ""),
        ("ref", "x" * 201),
        ("authority_name", "\x07"),
        ("issued_on", "9999-01-01"),
        ("issued_on", "2026-02-30"),
        ("valid_until", "2026-11-01"),
        ("case_kind", ""),
        ("recipient", "me"),
    ],
)
def test_the_document(sender: Sender, field, bad):
    sender.post("accounts", ACCOUNTS)
    sender.post("document", {"has": "yes"})
    answer = sender.post("document/details", INSTRUMENT | {field: bad})
    page = problem_at(answer, field)
    assert "云港网络科技有限公司" in page


@pytest.mark.parametrize("accounts", ["0", "2", "1-9", "one", "3-1"])
def test_the_accounts_of_an_item(sender: Sender, accounts):
    two = {
        "type": ["username"] * 2,
        "identifier": ["one", "two"],
        "observed_at": [""] * 2,
        "key": [""] * 2,
        "save": "1",
    }
    sender.post("accounts", two)
    sender.post("document", {"has": "yes"})
    sender.post("document/details", INSTRUMENT)
    item = {"granted": "yes", "fields_asked": ["email"], "accounts": accounts}
    answer = sender.post("document/items/add", item)
    assert answer.status_code == (302 if accounts == "2" else 422)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"\x89PNG\r\n\x1a\n not a pdf", "not what its name says"),
        ("a.exe", b"MZ", "not accepted"),
        ("a.pdf", b"%PDF-1.7\nbroken", "damaged"),
    ],
)
def test_a_bad_file_is_named_and_a_good_one_beside_it_stays(
    sender: Sender, name, data, words
):
    answer = sender.upload(pdf("good.pdf"), pdf(name, data))
    assert answer.status_code == 422
    page = text_of(answer)
    assert f"{name}: " in page
    assert words in page
    stored = sender.row().documents.filter(removed_at=None)
    assert [row.name for row in stored] == ["good.pdf"]


def test_a_file_without_a_kind_is_not_taken(sender: Sender):
    problem_at(sender.upload(pdf(), kind=""), "kind")
    assert not sender.row().documents.exists()


def test_no_files_is_said_at_the_field(sender: Sender):
    problem_at(sender.upload(), "uploads")


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("kind", "king"),
        ("name", ""),
        ("name", "x" * 201),
        ("name", "a\u202eb"),
        ("language", "tlh"),
    ],
)
def test_the_profile(field, bad):
    user = make_user()
    form = {"kind": "injured_person", "name": "Lin Mei", "language": "en"}
    answer = signed_in(user).post("/profile/", form | {field: bad})
    problem_at(answer, field)
    assert not Requester.objects.filter(user=user).exists()


def test_a_court_says_which_court_it_is():
    form = {"kind": "court", "name": "Li Wei", "language": "zh-hans"}
    answer = signed_in(make_user()).post("/profile/", form)
    problem_at(answer, "organisation")


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_version_nobody_was_shown(sender: Sender, version):
    answer = sender.post("ground", GROUND, version=version)
    assert answer.status_code == 422
    assert "My film is shown" in text_of(answer)


def test_a_token_that_is_none_is_refused_with_the_page_kept(sender: Sender):
    sender.fill()
    answer = sender.submit("not-a-token")
    assert answer.status_code == 422
    assert sender.row().status == "draft"
