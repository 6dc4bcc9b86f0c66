"""Pipelines: whether what a repository's workflows check can fail them."""
