"""The data set: built from its sources into an immutable snapshot, derived, described, exported."""
