"""What Sales, Human resources and the ledger own, put here so that the other services hear of it."""
