#!/usr/bin/env python
"""Entry point of every management command."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

#: Commands about the law alone: no secret, no database, nothing to configure.
WITHOUT_CONFIGURATION = frozenset({"evaluate", "check_rulebook"})

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if WITHOUT_CONFIGURATION.intersection(sys.argv[1:2]):
        os.environ.setdefault("DISCLOSURE_MODE", "demo")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # Told to an operator, who can mend it: a traceback would hide the sentence.
        sys.exit(f"Not configured: {error}")
