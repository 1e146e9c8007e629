"""What pages and documents show: entities, claims, terms, results."""
