"""Test evidence: what a run's reports show, and which tests no runner ever collects."""
