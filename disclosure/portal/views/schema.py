"""The schemas of what we hand over, for whoever has to read it by program."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from disclosure.packages.schemas import read_schema


@require_safe
@cache_control(public=True, max_age=24 * 60 * 60)
def schema(request: HttpRequest, name: str) -> HttpResponse:
    """Return a published schema; nobody needs to sign in for it."""
    found = read_schema(name)
    if found is None:
        raise Http404
    return HttpResponse(found, content_type="application/schema+json")
