"""What stopped by itself, in plain words: which work, why, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.actions.house.parking import Stopped, stopped_work

Words = str | Promise

_JOBS: Final[Mapping[str, Words]] = {
    "mail": _("Sending mail"),
    "sequencer": _("Signing the audit trail"),
    "expire": _("Ending the time to open an answer"),
    "end_window": _("Ending the time to download an answer"),
    "purge": _("Purging the values of an answer"),
    "purge_unused": _("Purging unused values"),
    "erase_record": _("Erasing a record at the end of retention"),
    "tell_held_up": _("Telling what a hold keeps beyond its time"),
    "erase_incident": _("Erasing an incident at the end of retention"),
    "end_notice": _("Ending the wait for an objection"),
    "recount": _("Counting time limits anew"),
    "lapse": _("Closing a request that was not completed"),
    "incident_clocks": _("Reminding of an incident's clock"),
    "assessment_reviews": _("Reminding of an assessment's review"),
    "confirm_preservation": _("Confirming a preservation in writing"),
    "tell_preservation_end": _("Telling that a preservation ended"),
    "file_letter": _("Setting the page of a letter"),
    "lapse_preservation": _("Ending a preservation"),
    "propose_preservation": _("Proposing a preservation"),
    "bounced": _("Telling that mail came back"),
    "remind": _("Reminding of a time limit"),
    "repeat_look_up": _("Asking a service again"),
    "tell_stopped": _("Telling that work stopped"),
}

#: Cause, by how it begins: what it means, and what to do before trying again.
_CAUSES: Final[tuple[tuple[str, Words], ...]] = (
    (
        "key_store_unavailable",
        _("The key store cannot be reached. Have it started, then try again."),
    ),
    (
        "key_missing",
        _(
            "The key store does not know a key that is needed. Restore its backup, "
            "then try again."
        ),
    ),
    ("key_destroyed", _("The key was destroyed: this can no longer be done.")),
    (
        "key_encryption_key_missing",
        _(
            "A key was wrapped under a secret that is not configured. Put it into "
            "KEY_ENCRYPTION_KEY_FALLBACKS, then try again."
        ),
    ),
    (
        "seal_broken",
        _(
            "What is stored does not open with its key: it was changed or damaged. "
            "Restore it from a backup, then try again."
        ),
    ),
    (
        "letter_unrenderable",
        _(
            "The page of the letter cannot be set. Look whether the letter's program "
            "and font are installed, then try again."
        ),
    ),
    (
        "letter_unsignable",
        _(
            "The letter cannot be signed. Look at the certificate and the service "
            "for time stamps, then try again."
        ),
    ),
    (
        "stored_file_missing",
        _("A stored file is missing. Restore the file store, then try again."),
    ),
    (
        "stored_file_broken",
        _("A stored file is damaged. Restore it from a backup, then try again."),
    ),
    (
        "SMTPAuthenticationError",
        _(
            "The mail server does not accept our name and password. Correct the mail "
            "settings, then try again."
        ),
    ),
    (
        "SMTPRecipientsRefused",
        _(
            "The mail server does not take mail for this address for now. Ask who "
            "runs it, or correct the address."
        ),
    ),
    ("SMTP", _("The mail server refuses the mail. Its log says why.")),
    (
        "ConnectionRefusedError",
        _("The server cannot be reached. Look whether it runs, then try again."),
    ),
    (
        "TimeoutError",
        _("The server does not answer. Look whether it runs, then try again."),
    ),
    (
        "gaierror",
        _("The server's name is not known. Correct the settings, then try again."),
    ),
    (
        "OperationalError",
        _("The database broke off. Look at its log, then try again."),
    ),
    (
        "audit",
        _(
            "The audit trail does not hold together, so nothing more of it is signed. "
            "Have it verified, and find out who changed what, before trying again."
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class StoppedView:
    """One kind of work that stopped for one cause, as the page says it."""

    it: Stopped
    job: Words
    why: Words


def stopped_views() -> list[StoppedView]:
    """Return everything that stopped, the longest first."""
    return [
        StoppedView(each, _JOBS.get(each.job, each.job), cause_words(each.cause))
        for each in stopped_work()
    ]


def cause_words(cause: str) -> Words:
    """Say what a cause means; of an unknown one, who can find out."""
    for beginning, words in _CAUSES:
        if cause.startswith(beginning):
            return words
    return _(
        "The program met something it was not made for. Whoever runs the installation "
        "finds it in the log under this name."
    )
