"""One module a capability: what it measures, and nothing else. ``shoptalk evaluate NAME`` calls them."""
