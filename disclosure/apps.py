"""The application's place in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DisclosureConfig(AppConfig):
    """Registers the checks and the grants that follow a migration."""

    name = "disclosure"
    verbose_name = _("Disclosure Desk")
    default_auto_field = "django.db.models.BigAutoField"
