"""The routes of the agreement service."""
