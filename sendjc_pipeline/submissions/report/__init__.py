"""The partner report: what became of a delivery, told so that a data officer can act on it, as a workbook, CSV, JSON and Parquet.

Belongs here: choosing, ordering and wording what the intake found. Does not belong here: judging rows, or any cell's content; every
fault is told by its place, and whoever may see the value has the file.
"""
