"""Pages that exist in the demo only: the mailbox in the browser."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from disclosure.models import OutboxMessage

View = Callable[..., HttpResponse]
MESSAGES_A_PAGE = 25


def demo_only(view: View) -> View:
    """Answer 404 unless the installation runs as a demo, whoever asks."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if settings.MODE != "demo":
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@demo_only
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the messages of the outbox, newest first; `?to=` narrows to an address."""
    messages = OutboxMessage.objects.order_by("-created_at", "-pk")
    recipient = request.GET.get("to", "").strip()[:254]
    if recipient:
        messages = messages.filter(recipient_email__iexact=recipient)
    page = Paginator(messages, MESSAGES_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "portal/mailbox.html", {"page": page, "recipient": recipient}
    )


@demo_only
def mailbox_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one message of the outbox as its reader would see it."""
    message = get_object_or_404(OutboxMessage, pk=pk)
    return render(request, "portal/mailbox_message.html", {"mail": message})
