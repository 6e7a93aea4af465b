"""Reporting: hears what the services publish, keeps every version of what it heard, and answers what it adds up to."""
