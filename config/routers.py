"""Which connection carries what."""

from typing import Any

from django.db.models import Model


class DutyRouter:
    """Everything reads and writes as the application; only the owner migrates."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        """Return the application's connection."""
        return "default"

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        """Return the application's connection."""
        return "default"

    def allow_relation(self, obj1: Model, obj2: Model, **hints: Any) -> bool:
        """Return True: every alias is the same database under another role."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Return True for the owner only: no other role may change tables."""
        return db == "owner"
