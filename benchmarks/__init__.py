"""Slow proofs, run by hand before an issue is closed: `make bench`. They print figures; they are not tests with a clock in them."""
