"""Pictures of the data in SVG."""
