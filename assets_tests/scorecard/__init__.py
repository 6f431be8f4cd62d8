"""Tests of the pages: made from small releases by hand, read as HTML and in a real browser."""
