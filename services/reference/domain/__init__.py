"""Records put by their owners: whole, checked, kept in every version."""
