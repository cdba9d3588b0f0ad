"""The icon sprite: one small file, drawn with the colour of the text around it."""

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString


def icon_svg(name: str) -> SafeString:
    """Return the markup of an icon of the sprite.

    It is decoration, hidden from screen readers: a word must stand beside it.
    """
    return format_html(
        '<svg class="desk-icon" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        static("vendor/icons.svg"),
        name,
    )
