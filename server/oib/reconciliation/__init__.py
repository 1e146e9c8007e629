"""Names to things: an index of names, matching with explained scores, the Reconciliation API."""
