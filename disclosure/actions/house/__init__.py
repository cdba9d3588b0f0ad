"""The desk itself: its people, companies, services, keys and numbers."""
