"""The routes of the subscription billing service."""
