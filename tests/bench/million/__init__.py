"""million: lists and badges over 1,000,000 conversations of 5 entries."""
