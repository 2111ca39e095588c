"""Real browsers against a real hub: what customers and agents do, seen in Chromium."""
