"""A first rule file for a repository that has none: what is fragmented in it, ranked, as rules with their evidence."""
