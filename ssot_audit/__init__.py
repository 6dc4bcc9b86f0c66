"""Static single-source-of-truth import compliance for Python repositories."""

__version__ = "0.1.0"
