"""Small numbers are hidden here, and nowhere else, before anything leaves the warehouse."""
