"""What a page or a document shows: an entity, its claims, terms, a table of results."""
