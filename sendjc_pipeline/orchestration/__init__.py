"""Dagster's side of the house: assets, checks, jobs, schedules and sensors as thin wrappers; no domain logic."""
