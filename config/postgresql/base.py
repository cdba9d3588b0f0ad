"""Django's PostgreSQL backend over the embedded server.

The server is started, or attached to, at the moment a connection is really
opened: commands that never touch the database start nothing.
"""

from typing import Any

from django.db.backends.postgresql import base

from config import embedded


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects as Django does, after making sure that the cluster is up."""

    def get_connection_params(self) -> dict[str, Any]:
        """Return psycopg's parameters for a server that is ready.

        Raises `embedded.EmbeddedServerError` when the server cannot start.
        """
        embedded.hold(embedded.cluster_of(self.settings_dict["HOST"]))
        params: dict[str, Any] = super().get_connection_params()
        return params
