"""The Celery application: `celery --app config worker` and `… beat`."""

import os
import warnings
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

if os.environ.get("DISCLOSURE_MODE") == "demo":
    # Root in a container is no news to whoever looks at the demo there.
    warnings.filterwarnings("ignore", module="celery.platforms")

app = Celery("disclosure")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Stop Celery from replacing our log handlers, which hold back personal data."""
