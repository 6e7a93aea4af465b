"""Accruals: when invoiced fees are earned."""
