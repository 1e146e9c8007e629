"""Full-text search over names, texts, sources and saved queries, in both languages."""
