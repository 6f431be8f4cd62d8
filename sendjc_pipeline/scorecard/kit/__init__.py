"""The starter kit of a release: what an analyst opens first in Power BI, Excel, Python, R or SQL. Made only from the release."""
