"""The desk as the people of a journey meet it: sign-in, mails, and a real worker."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from celery import Celery
from django.conf import settings
from django.core import mail

from disclosure.domain.vocabulary import STATE_REQUESTERS
from disclosure.models import OutboxMessage, User
from disclosure.tasks import relay, tick
from tests.factories import make_user
from tests.journeys.leaks import Package
from tests.journeys.pages import Page, Person, Visit
from tests.tasks.processes import environment

#: What accounts made here sign in with, and what people choose who sign up.
PASSWORD = "long-enough-1"
PASSPHRASE = "an-unusual-passphrase-7"
_WORKER = "-m celery --app config worker --concurrency 1 --pool solo --loglevel INFO"


def code_for(secret: str) -> str:
    """Return the six digits an authenticator app shows now."""
    code: str = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    return code


class Desk:
    """Everybody's browser, the mails, and the worker that makes things happen."""

    def __init__(self, directory: Path, broker_url: str) -> None:
        self.directory = directory
        self.broker_url = broker_url
        self.visits: list[Visit] = []
        self.worker_log = directory / "worker.log"
        self._bell = Celery(broker=broker_url)

    # People

    def staff(self, role: str, name: str = "") -> Person:
        """Sign somebody of the team in, through the two pages everybody uses."""
        user = make_user(role, name=name or role.replace("_", " ").title())
        return self.sign_in(user, with_authenticator(user))

    def sign_in(self, user: User, secret: str = "") -> Person:
        """Sign an account in with its password and, if it has one, its app."""
        person = Person(user.email, self.visits)
        page = person.get("/accounts/login/")
        page = person.submit(
            page.form("login", "password"), login=user.email, password=PASSWORD
        )
        if secret:
            page = person.submit(page.form("code"), code=code_for(secret))
        assert "/accounts/" not in page.path, page.text[:2000]
        return person

    def sign_up(self, email: str) -> Person:
        """Make a portal account: address, password, the code that came by mail."""
        person = Person(email, self.visits)
        page = person.get("/accounts/signup/")
        page = person.submit(
            page.form("email", "password1"),
            email=email,
            password1=PASSPHRASE,
            password2=PASSPHRASE,
        )
        code = re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", self.last_mail(email), re.M)
        assert code is not None, self.last_mail(email)
        person.submit(page.form("code"), code=code[1])
        return person

    def introduce(self, person: Person, **profile: str) -> Page:
        """Fill in who the account is; set up the second factor where it must be."""
        page = person.get("/profile/")
        answers = {"language": "en"} | profile
        page = person.submit(page.form("kind", "name"), **answers)
        if page.path == "/accounts/reauthenticate/":
            page = person.submit(page.form("password"), password=PASSPHRASE)
        if "/totp/activate/" in page.path:
            secret = re.search(r"\b[A-Z2-7]{32}\b", page.text)
            assert secret is not None, page.text[:2000]
            person.secret = secret[0]
            page = person.submit(page.form("code"), code=code_for(person.secret))
        return page

    def verify(self, clerk: Person, person: Person, **answers: object) -> None:
        """Have the team verify a sender on the sender's page.

        Of a court or authority a second person confirms it.
        """
        user = User.objects.get(email=person.name)
        assert user.requester_profile is not None
        page = clerk.get(
            f"/console/requesters/{user.requester_profile.pk}/verify-requester/"
        )
        clerk.submit(
            page.form("until", "note"),
            until="2099-01-01",
            note="Papers seen, published number called.",
            **answers,
        )
        profile = user.requester_profile
        if profile.kind not in STATE_REQUESTERS:
            return
        second = self.staff("case_officer")
        there = f"/console/requesters/{profile.pk}/confirm-verification/"
        second.submit(second.get(there).form("confirmed"), confirmed="yes")

    # Mails

    def last_mail(self, to: str) -> str:
        """Return the text of the last mail the sign-in pages sent there."""
        found = [each for each in mail.outbox if each.to == [to]]
        assert found, [each.to for each in mail.outbox]
        return str(found[-1].body)

    def mails_to(self, person: Person | str) -> list[OutboxMessage]:
        """Ring the bell, wait for the worker, return what was sent, oldest first."""
        self.ring()
        address = person if isinstance(person, str) else person.name
        return list(
            OutboxMessage.objects.filter(
                recipient_email=address, sent_at__isnull=False
            ).order_by("pk")
        )

    def link_to(self, person: Person, kind: str) -> str:
        """Return where the only mail of this kind leads who got it."""
        mails = self.mails_to(person)
        found = next((each for each in mails if each.kind == kind), None)
        assert found is not None, [each.kind for each in mails]
        address = re.search(r"https?://\S+", found.body)
        assert address is not None, found.body
        return address[0]

    def ring(self) -> None:
        """Have the worker look, until nothing that is due waits any more."""
        for task in (tick, relay):
            self._bell.send_task(task.name)
        unsent = OutboxMessage.objects.filter(sent_at__isnull=True)
        self._wait(lambda: not unsent.exists())

    def _wait(self, true: Callable[[], bool], seconds: int = 60) -> None:
        for _turn in range(seconds * 20):
            if true():
                return
            time.sleep(0.05)
        log = self.worker_log.read_text(encoding="utf-8", errors="replace")
        raise AssertionError(f"The worker did not do it. {log[-3000:]}")


def open_package(person: Person, address: str, name: str) -> Package:
    """Sign for an answer on its page, prove again who it is if asked, download it."""
    page = person.get(address)
    signed = person.submit(page.form("acknowledged_name"), acknowledged_name=name)
    if signed.path.endswith("/reauthenticate/"):
        if person.secret:
            proof = {"code": code_for(person.secret)}
        else:
            proof = {"password": PASSPHRASE}
        signed = person.submit(signed.form(*proof), **proof)
        signed = person.submit(signed.form("acknowledged_name"), acknowledged_name=name)
    return Package.of(person.submit(signed.form(to="/download/")).body)


def with_authenticator(user: User) -> str:
    """Give an account an authenticator app and a confirmed address; its secret."""
    secret = str(generate_totp_secret())
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    TOTP.activate(user, secret)
    assert Authenticator.objects.filter(user=user).exists()
    return secret


@contextmanager
def worker(desk: Desk) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Celery worker on this test's database, its words in a file."""
    with desk.worker_log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *_WORKER.split()],
            cwd=settings.BASE_DIR,
            env=environment(desk.broker_url),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)
