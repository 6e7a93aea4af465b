"""Invoicing: proposals, what is posted of them, and the vouchers that go with it."""
