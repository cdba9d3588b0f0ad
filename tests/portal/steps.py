"""A sender at the browser: the posts of each page, with what its forms need."""

import copy
import re
import time
from typing import Any

import time_machine
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.internal.auth import TOTP
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client

from disclosure.actions import review
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.models import DisclosureRequest, Production, User
from tests.factories import (
    PDF,
    make_service,
    make_user,
    order,
    produce,
    record_order,
)

PASSWORD = "long-enough-1"


def signed_in(user: User) -> Client:
    """Return a browser in which this person signed in just now, by password."""
    client = Client()
    client.force_login(user)
    freshen(client, user)
    return client


def with_factor(user: User) -> Client:
    """Return a browser of somebody who has a second factor and just used it."""
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    client = Client()
    client.force_login(user)
    freshen(client, user, "mfa")
    return client


def court_answer(
    disclosure_request: DisclosureRequest, status: P = P.RELEASED
) -> Production:
    """Return the answer to a private sender's request that goes to the court."""
    officer = make_user("case_officer")
    disclosure_request = review.open_review(disclosure_request, actor=officer)
    record_order(disclosure_request, order(F.REAL_NAME), officer=officer)
    review.decide(disclosure_request, actor=officer)
    return produce(disclosure_request, status, officer=officer)


def freshen(
    client: Client, user: User, method: str = "password", *, seconds_ago: float = 0
) -> None:
    """Write into the session what signing in writes: how, and when."""
    request = HttpRequest()
    request.session = client.session
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = []
    with time_machine.travel(time.time() - seconds_ago):
        record_authentication(request, user, method=method)
    request.session.save()


def fetch(client: Client, answer: Production, part: str = "download") -> Any:
    """Press the download button of an answer's page: its link works once."""
    page = client.get(f"/answers/{answer.pk}/").content.decode()
    found = re.search(rf'/{part}/">.*?name="link" value="([^"]+)"', page, re.DOTALL)
    link = found[1] if found else ""
    return client.post(f"/answers/{answer.pk}/{part}/", {"link": link})


def text_of(response: Any) -> str:
    """Return a page as text."""
    return str(response.content.decode())


def version_in(response: Any) -> str:
    """Return the version a page's form carries."""
    found = re.search(r'name="version" value="(\d+)"', text_of(response))
    assert found is not None
    return found[1]


def pdf(name: str = "paper.pdf", data: bytes | None = None) -> SimpleUploadedFile:
    """Return a file as a browser sends it."""
    content = PDF.read_bytes() if data is None else data
    return SimpleUploadedFile(name, content, "application/pdf")


GROUND = {
    "service": "video",
    "ground": "My film is shown there without my consent.",
    "claimant_name": "Claimant Ltd",
    "claimant_kind": "rights_holder",
    "authorised": "yes",
    "stage": "pre_suit",
    "suit_pending": "unknown",
}
ACCOUNTS = {
    "type": ["username"],
    "identifier": ["夜航船1987"],
    "observed_at": ["2026-11-01T09:30"],
    "key": [""],
    "save": "1",
}
ASKS = {"fields_asked": ["real_name", "email"], "from_on": "", "to_on": ""}
INSTRUMENT = {
    "kind": "court_letter",
    "ref": "（2026）海0101民初123号",
    "authority_name": "海州市东区人民法院",
    "addressee": "云港网络科技有限公司",
    "case_kind": "civil",
    "issued_on": "2026-11-10",
    "recipient": "court",
}


class Sender:
    """Walks through the tasks of one request."""

    def __init__(self, user: User, regime: str = "copyright") -> None:
        make_service()
        self.client = signed_in(user)
        answer = self.client.post(f"/new/{regime}/begin/")
        assert answer.status_code == 302, text_of(answer)
        self.base = answer["Location"]
        self.pk = self.base.strip("/").split("/")[-1]

    def again(self) -> "Sender":
        """Return the same person at a second window."""
        other = copy.copy(self)
        other.client = Client()
        other.client.cookies = self.client.cookies
        return other

    def post(self, task: str, data: dict[str, Any], **changes: Any) -> Any:
        """Post a task's form with the version its page shows."""
        page = self.client.get(f"{self.base}{task}/")
        assert page.status_code == 200, page.status_code
        sent = {"version": version_in(page)} | data | changes
        return self.client.post(f"{self.base}{task}/", sent)

    def upload(self, *files: SimpleUploadedFile, kind: str = "identity_proof") -> Any:
        """Send files."""
        return self.client.post(
            f"{self.base}papers/", {"kind": kind, "uploads": list(files)}
        )

    def fill(self, *, instrument: bool = False) -> None:
        """Do every task but the last."""
        assert self.post("ground", GROUND).status_code == 302
        assert self.post("accounts", ACCOUNTS).status_code == 302
        assert self.post("data", ASKS).status_code == 302
        has = "yes" if instrument else "no"
        assert self.post("document", {"has": has}).status_code == 302
        if instrument:
            self.add_instrument()
        assert self.upload(pdf()).status_code == 302
        assert self.post("papers", {"done": "1"}).status_code == 302

    def add_instrument(self) -> None:
        """Copy the document and its items."""
        assert self.post("document/details", INSTRUMENT).status_code == 302
        granted = {"granted": "yes", "fields_asked": ["real_name"]}
        refused = {"granted": "no", "fields_asked": ["email"]}
        assert self.post("document/items/add", granted).status_code == 302
        assert self.post("document/items/add", refused).status_code == 302
        scan = self.upload(pdf("letter.pdf"), kind="instrument")
        assert scan.status_code == 302, text_of(scan)

    def token(self) -> str:
        """Return the token the last page carries."""
        page = text_of(self.client.get(f"{self.base}check/"))
        found = re.search(r'name="token" value="([0-9a-f-]{36})"', page)
        assert found is not None, page
        return found[1]

    def submit(self, token: str | None = None) -> Any:
        """Press the button."""
        data = {"token": token or self.token(), "truthful": "on"}
        return self.client.post(f"{self.base}check/", data)

    def row(self) -> DisclosureRequest:
        """Return the record."""
        return DisclosureRequest.objects.get(pk=self.pk)
