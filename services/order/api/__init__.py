"""The routes of the order service."""
