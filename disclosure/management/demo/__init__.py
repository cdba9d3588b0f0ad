"""The demo: fictional people and cases, made through the same actions as real ones."""
