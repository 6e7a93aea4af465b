"""Subscription billing: what customers pay ahead for a recurring service, by which periods, and when it is earned."""
