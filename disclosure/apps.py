"""The application's place in Django."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from disclosure import checks
from disclosure.management import grants


class DisclosureConfig(AppConfig):
    """Registers the checks and the grants that follow a migration."""

    name = "disclosure"
    verbose_name = _("Disclosure Desk")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect what runs outside of a request."""
        checks.register_all()
        post_migrate.connect(grants.grant_after_migrate, sender=self)
        # Imported by name: models are not loaded when this module is.
        import_module("disclosure.actions.house.signing_in").connect()
        if settings.PRODUCTION:
            connection_created.connect(checks.refuse_powerful_role)
