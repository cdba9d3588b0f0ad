"""What differs in tests: the mode, and what would only cost time."""

import os

os.environ["DISCLOSURE_MODE"] = "test"

from config.settings import *  # noqa: F403 -- the mode comes first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
