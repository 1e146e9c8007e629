"""What a curator needs to add a document: its units, its description, locators of passages."""
