"""Asking queries: one interface, over stores in this process or an endpoint elsewhere."""
