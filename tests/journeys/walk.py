"""Every address of the system with every id there is: what somebody could try."""

import re
from collections.abc import Iterator, Sequence
from itertools import product

from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from disclosure.models import DisclosureRequest

_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


def routes(
    resolver: URLResolver | None = None, before: str = "/"
) -> Iterator[tuple[str, str]]:
    """Yield every route with its name; those written as expressions are left out."""
    found: Sequence[URLPattern | URLResolver]
    found = (resolver or get_resolver()).url_patterns
    for each in found:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each, route)
        elif "^" not in route:
            yield route, str(each.name)


def uuids() -> list[str]:
    """Return the id of every row that has one which nobody can guess."""
    return [
        str(pk)
        for model in apps.get_app_config("disclosure").get_models()
        if isinstance(model._meta.pk, models.UUIDField)
        for pk in model._default_manager.values_list("pk", flat=True)
    ]


def request_ids() -> list[object]:
    """Return the ids of all requests."""
    return list(DisclosureRequest.objects.values_list("pk", flat=True))


def numbers() -> list[str]:
    """Return the first numbers that rows are counted by."""
    return [str(number) for number in range(1, 6)]


def addresses() -> Iterator[str]:
    """Yield every route filled in with every id."""
    choices = {
        "uuid": uuids(),
        "int": numbers(),
        "slug": ["personal_rights", "copyright"],
        "str": ["guess"],
    }
    for route, _name in routes():
        kinds = [kind or "str" for kind, _name in _PARAMETER.findall(route)]
        options = [choices[kind] for kind in kinds]
        if len(options) > 1 and kinds[0] == "uuid":
            # What belongs to a request stands under the address of a request.
            options[0] = [str(pk) for pk in request_ids()]
        for values in product(*options):
            given = iter(values)
            yield _PARAMETER.sub(lambda _match, given=given: next(given), route)
