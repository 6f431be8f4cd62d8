"""Checks as records, the audit table, and the gate that decides whether a quarter may go out."""
