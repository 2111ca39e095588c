"""The matcher alone: how fast it assigns, what a waiting conversation takes, whether it is right."""
