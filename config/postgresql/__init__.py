"""Database engine of the demo and test modes: PostgreSQL, started when needed."""
