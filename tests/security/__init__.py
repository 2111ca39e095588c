"""Who may do what, and what nobody can do: rights, injection, malformed input."""
