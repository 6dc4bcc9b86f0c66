"""What is accepted for now: by comments in the code, and by a baseline."""
