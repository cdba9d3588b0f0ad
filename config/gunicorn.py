"""Gunicorn's settings: `gunicorn --config python:config.gunicorn config.wsgi`."""

import os

bind = os.environ.get("WEB_BIND", f"127.0.0.1:{os.environ.get('PORT', '8000')}")
workers = int(os.environ.get("WEB_PROCESSES", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
# No access log: addresses are personal data, and the audit trail records who
# looked at what.
accesslog = None
errorlog = "-"
loglevel = "warning"
control_socket_disable = True
# Scheme and client are settled in one place, TrustedProxyMiddleware.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
