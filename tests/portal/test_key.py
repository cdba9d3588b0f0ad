"""The recipient's key: registered by oneself, told by mail, fixed at the release."""

import io
import json
import re
import subprocess
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from disclosure.access import AccessDenied
from disclosure.actions import delivery
from disclosure.actions.base import Impossible, InvalidInput, StaleVersion
from disclosure.actions.house.recipient_keys import key_in_use, register_key, remove_key
from disclosure.audit import configured
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequesterKind
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import (
    AuditEntry,
    Delivery,
    OutboxMessage,
    Production,
    RecipientKey,
    User,
)
from tests.audit.conftest import ALIASES
from tests.factories import (
    make_authority,
    make_in,
    make_requester,
    make_user,
    produce,
)
from tests.portal.steps import fetch, freshen, signed_in, text_of, with_factor

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)


@pytest.fixture
def new_key(tmp_path):
    """A maker of key pairs by the age program: the file, and the public key."""

    def make(name: str = "key") -> tuple[Path, str]:
        path = tmp_path / f"{name}.txt"
        subprocess.run(["age-keygen", "-o", path], check=True, capture_output=True)
        public = subprocess.run(
            ["age-keygen", "-y", path], check=True, capture_output=True, text=True
        )
        return path, public.stdout.strip()

    return make


@pytest.fixture
def court() -> Client:
    """The court's verified account, at its desk."""
    clerk = make_requester(RequesterKind.COURT, authority=make_authority())
    return with_factor(clerk.user)


def profile_of(client: Client):
    return User.objects.get(pk=client.session["_auth_user_id"]).requester


def register(client: Client, public: str):
    data = {"public_key": public, "version": profile_of(client).version}
    return client.post("/profile/key/", data)


def entries(word: str) -> list[dict]:
    rows = AuditEntry.objects.filter(action=word).order_by("id")
    return [json.loads(bytes(row.leaf)) for row in rows]


# -- Registering ---------------------------------------------------------------------


def test_a_key_is_registered_replaced_and_removed_and_each_is_told(court, new_key):
    first, second = new_key("one")[1], new_key("two")[1]

    assert register(court, f"  {first}\n").status_code == 302
    page = text_of(court.get("/profile/key/"))
    key = key_in_use(profile_of(court))
    assert key.recipient == first
    assert key.fingerprint in page
    assert key.fingerprint in text_of(court.get("/profile/"))

    assert register(court, second).status_code == 302
    assert key_in_use(profile_of(court)).recipient == second

    version = {"version": profile_of(court).version}
    assert court.post("/profile/key/remove/", version).status_code == 302
    assert key_in_use(profile_of(court)) is None

    assert RecipientKey.objects.count() == 2
    said = entries("requester.key_registered")
    assert [entry["data"]["replaced"] for entry in said] == ["", key.fingerprint]
    assert len(entries("requester.key_removed")) == 1
    mails = OutboxMessage.objects.filter(kind="encryption_key_changed")
    address = User.objects.get(pk=court.session["_auth_user_id"]).email
    assert [mail.recipient_email for mail in mails] == [address] * 3
    assert all("/profile/key/" in mail.body for mail in mails)
    assert not any(first in mail.body or second in mail.body for mail in mails)


def test_what_is_no_key_comes_back_with_what_to_do(court):
    answer = register(court, "my key")

    assert answer.status_code == 422
    assert "age1" in text_of(answer)
    assert not RecipientKey.objects.exists()


def test_a_secret_key_is_not_kept_and_not_sent_back(court, new_key):
    secret = new_key()[0].read_text().splitlines()[-1]

    answer = register(court, secret)

    assert answer.status_code == 422
    assert secret not in answer.content.decode()
    assert not RecipientKey.objects.exists()


def test_the_same_key_again_is_no_change(court, new_key):
    public = new_key()[1]
    register(court, public)

    assert register(court, public).status_code == 422
    assert RecipientKey.objects.count() == 1


def test_who_signed_in_a_while_ago_proves_it_again_first(court, new_key):
    freshen(court, profile_of(court).user, "mfa", seconds_ago=3600)

    shown = court.get("/profile/key/")
    posted = register(court, new_key()[1])

    assert "reauthenticate" in shown["Location"]
    assert "reauthenticate" in posted["Location"]
    assert not RecipientKey.objects.exists()


def test_strangers_staff_and_accounts_without_profile_get_no_key_page():
    assert "login" in Client().get("/profile/key/")["Location"]
    lead = with_factor(make_user("team_lead"))
    assert lead.get("/profile/key/").status_code == 404
    newcomer = signed_in(make_user())
    assert "/profile/?next=" in newcomer.get("/profile/key/")["Location"]


def test_nobody_registers_a_key_for_somebody_else(new_key):
    mine = make_requester(RequesterKind.COURT, authority=make_authority())
    other = make_requester(RequesterKind.AGENT)

    with pytest.raises(Impossible):
        register_key(mine, public_key=new_key()[1], actor=other.user)
    with pytest.raises(AccessDenied):
        register_key(mine, public_key=new_key("b")[1], actor=make_user("team_lead"))
    with pytest.raises(Impossible):
        remove_key(mine, actor=other.user)
    assert not RecipientKey.objects.exists()


def test_a_stale_form_changes_nothing(new_key):
    mine = make_requester(RequesterKind.COURT, authority=make_authority())

    with pytest.raises(StaleVersion):
        register_key(
            mine,
            public_key=new_key()[1],
            version=mine.version + 7,
            actor=mine.user,
        )
    with pytest.raises(InvalidInput):
        register_key(mine, public_key="", actor=mine.user)


# -- What the database refuses -------------------------------------------------------


BEHIND = {
    "insert": (
        "INSERT INTO disclosure_recipientkey (id, requester_id, recipient, fingerprint,"
        " registered_at) SELECT gen_random_uuid(), id, 'age1x', 'f', now()"
        " FROM disclosure_requester LIMIT 1"
    ),
    "another key": "UPDATE disclosure_recipientkey SET recipient = 'age1x'",
    "retired unsaid": "UPDATE disclosure_recipientkey SET retired_at = now()",
}


@pytest.mark.parametrize("way", BEHIND)
def test_a_key_behind_the_back_of_the_trail_is_refused(new_key, way):
    mine = make_requester(RequesterKind.COURT, authority=make_authority())
    if way != "insert":
        register_key(mine, public_key=new_key()[1], actor=mine.user)

    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(BEHIND[way])


def test_the_keys_of_a_release_never_change(court, new_key):
    register(court, new_key()[1])
    released = _released()

    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE disclosure_delivery SET encrypted_to = '[]' WHERE production_id=%s",
            [released.pk],
        )


# -- What is released ----------------------------------------------------------------


def _released() -> Production:
    return produce(make_in(S.DECIDED, fields=(F.REAL_NAME,)), P.RELEASED)


def _download(client: Client, answer: Production):
    client.post(f"/answers/{answer.pk}/open/", {"acknowledged_name": "Li Wei"})
    return fetch(client, answer)


def _opened_by(path: Path, content: bytes, tmp_path: Path) -> bytes | None:
    (tmp_path / "answer.zip.age").write_bytes(content)
    done = subprocess.run(
        ["age", "-d", "-i", path, tmp_path / "answer.zip.age"],
        capture_output=True,
        check=False,
    )
    return done.stdout if done.returncode == 0 else None


def test_age_opens_the_download_and_it_is_the_sealed_package(court, new_key, tmp_path):
    path, public = new_key()
    register(court, public)
    answer = _released()

    page = _download(court, answer)

    assert page.status_code == 200
    assert re.search(r'filename="?[^"]+\.zip\.age"?', page["Content-Disposition"])
    assert not page.content.startswith(b"PK")
    package = _opened_by(path, page.content, tmp_path)
    assert package is not None
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert "data.json" in archive.namelist()
    assert sha256(package).hexdigest() == answer.package_sha256
    (said,) = entries("production.encrypted")
    assert said["data"]["sha256"] == sha256(page.content).hexdigest()
    fingerprint = key_in_use(profile_of(court)).fingerprint
    assert said["data"]["keys"] == [fingerprint]
    (released,) = entries("production.released")
    assert released["data"]["encrypted_to"] == [fingerprint]
    assert fingerprint in text_of(court.get(f"/answers/{answer.pk}/"))


def test_a_key_registered_after_the_release_does_not_open_it(court, new_key, tmp_path):
    """Whoever takes the account over reads nothing that left before."""
    first, second = new_key("first"), new_key("second")
    register(court, first[1])
    answer = _released()
    register(court, second[1])

    content = _download(court, answer).content

    assert _opened_by(second[0], content, tmp_path) is None
    assert _opened_by(first[0], content, tmp_path) is not None


def test_without_a_key_the_package_is_given_as_it_is(court):
    answer = _released()

    page = _download(court, answer)

    assert page.content.startswith(b"PK")
    assert page["Content-Type"] == "application/zip"
    assert not entries("production.encrypted")


def test_every_verified_account_of_the_court_can_open_it_and_no_other(
    new_key, tmp_path
):
    authority = make_authority()
    one = make_requester(RequesterKind.COURT, authority=authority)
    two = make_requester(RequesterKind.COURT, authority=authority)
    lapsed = make_requester(RequesterKind.COURT, authority=authority, verified=False)
    stranger = make_requester(RequesterKind.AGENT)
    keys = {}
    for name, owner in (
        ("one", one),
        ("two", two),
        ("lapsed", lapsed),
        ("stranger", stranger),
    ):
        keys[name], public = new_key(name)
        register_key(owner, public_key=public, actor=owner.user)
    answer = _released()
    delivery.open_package(answer, acknowledged_name="Li Wei", actor=one.user)
    content = delivery.download(Production.objects.get(pk=answer.pk), actor=two.user)

    opens = {
        name: _opened_by(path, content, tmp_path) is not None
        for name, path in keys.items()
    }

    assert opens == {"one": True, "two": True, "lapsed": False, "stranger": False}
    assert len(Delivery.objects.get().encrypted_to) == 2
    assert Delivery.objects.get().released_at <= timezone.now()


# -- The schemas ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["production-1", "certificate-1", "certificate-2", "manifest-1"]
)
def test_anybody_gets_a_published_schema_at_its_own_address(name):
    page = Client().get(f"/schema/{name}.json")

    assert page.status_code == 200
    assert page["Content-Type"] == "application/schema+json"
    assert json.loads(page.content)["$id"].endswith(f"/schema/{name}.json")


def test_there_are_no_other_schemas():
    assert Client().get("/schema/production-2.json").status_code == 404


# -- Evidence ------------------------------------------------------------------------


def test_evidence_with_values_is_encrypted_to_the_same_keys(
    court, new_key, settings, tmp_path
):
    """Whoever takes the account over reads no value by this way either."""
    settings.CHECKPOINT_KEY_FILE = tmp_path / "secret" / "key"
    settings.CHECKPOINT_VERIFIER_KEYS_FILE = tmp_path / "keys"
    settings.CHECKPOINT_WITNESS_DIR = tmp_path / "witness"
    call_command("audit_key", "generate", verbosity=0)
    path, public = new_key()
    register(court, public)
    answer = _released()
    court.post(f"/answers/{answer.pk}/open/", {"acknowledged_name": "Li Wei"})
    configured.sequencer().run_until_idle()

    given = court.post(f"/answers/{answer.pk}/evidence/")

    assert given.status_code == 200
    assert re.search(r'filename="?[^"]+\.zip\.age"?', given["Content-Disposition"])
    assert not given.content.startswith(b"PK")
    bundle = _opened_by(path, given.content, tmp_path)
    assert bundle is not None
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        assert any("openings/" in name for name in archive.namelist())
