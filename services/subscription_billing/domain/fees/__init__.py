"""Fees: what subscriptions are charged, run by run, and what becomes of each fee."""
