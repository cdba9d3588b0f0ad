"""Links to the pages of actions, as the console offers them."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from disclosure.access import Verb

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Offer:
    """A link to the page of an action."""

    verb: Verb
    url: str
    label: Words
    group: str = ""
    name: str = ""


def link(verb: Verb, name: str, row: Any, label: Words) -> Offer:
    """Return the link to an action's page about one row."""
    return Offer(verb, reverse(f"console:{name}", args=[row.pk]), label)
