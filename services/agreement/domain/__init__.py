"""What the agreement service decides about: SLA policies, agreement groups, service agreements."""
