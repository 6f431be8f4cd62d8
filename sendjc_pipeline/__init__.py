"""sendjc_pipeline: partner files in, a published quarter out. Each sub-package is one room; see docs/architecture.md."""

__version__ = "0.1.0"
