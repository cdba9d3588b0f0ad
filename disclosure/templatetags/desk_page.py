"""Icons, tones and the few facts the page frame needs."""

from dataclasses import dataclass

from django import template
from django.conf import settings
from django.template.defaultfilters import stringfilter
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from disclosure.domain.vocabulary import STATE_REQUESTERS
from disclosure.templatetags.desk_dates import legal_zone_words
from disclosure.templatetags.icons import icon_svg

register = template.Library()

TONE_ICONS = {
    "info": "info-circle",
    "done": "circle-check",
    "soon": "clock",
    "late": "alert-triangle",
    "turn": "player-play",
}
#: Levels of django.contrib.messages. A warning is amber, never the accent.
MESSAGE_TONES = {
    "debug": "info",
    "info": "info",
    "success": "done",
    "warning": "soon",
    "error": "late",
}


#: What asking is called: by a private sender, and by a court or authority.
ASKING = {
    "list": (_("My requests"), _("Our letters and orders")),
    "new": (_("Submit a request"), _("Send a letter or order")),
}


@register.simple_tag(takes_context=True)
def asking(context: template.Context, which: str) -> Promise:
    """Return the word for a sender's requests that fits who reads it."""
    profile = getattr(context.get("user"), "requester_profile", None)
    official = profile is not None and profile.kind in STATE_REQUESTERS
    return ASKING[which][official]


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link of the page frame."""

    url: str
    label: Promise


register.simple_tag(icon_svg, name="icon")


@register.simple_tag
def tone_icon(tone: str | None) -> SafeString:
    """Draw the icon that goes with a tone; an unknown tone is plain information."""
    return icon_svg(TONE_ICONS.get(tone or "info", TONE_ICONS["info"]))


@register.filter
@stringfilter
def message_tone(level_tag: str) -> str:
    """Return the tone of a message level (`success` → `done`)."""
    return MESSAGE_TONES.get(level_tag, "info")


@register.filter
@stringfilter
def html_lang(language_code: str) -> str:
    """Return the language tag browsers choose fonts by (`zh-hans` → `zh-Hans`)."""
    primary, _separator, script = language_code.partition("-")
    return f"{primary}-{script.title()}" if script else primary


@register.simple_tag
def zone_cookie_name() -> str:
    """Name the cookie in which the browser tells its time zone."""
    return f"{settings.COOKIE_PREFIX}time_zone"


@register.simple_tag
def legal_zone_note() -> str:
    """Say once a page which zone legal dates are counted in."""
    return str(legal_zone_words())


@register.simple_tag
def demo_links() -> list[PageLink]:
    """Return the demo's extra pages; an installation in production has none."""
    if settings.MODE != "demo":
        return []
    links = []
    for name, label in (
        ("portal:mailbox", _("Mailbox of this demo")),
        ("portal:gallery", _("Pattern gallery")),
    ):
        try:
            links.append(PageLink(reverse(name), label))
        except NoReverseMatch:
            continue
    return links
