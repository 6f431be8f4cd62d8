"""The door to DuckDB and to dbt; the only place that opens a connection."""
