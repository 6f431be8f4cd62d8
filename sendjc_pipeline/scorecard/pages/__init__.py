"""One module per kind of page: each reads the bundle and yields pages."""
