"""Pages and pictures, made only from a release; its first page is a later issue's."""
