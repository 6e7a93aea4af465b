"""Databases, logins and tables of all services, as one step."""
