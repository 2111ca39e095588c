"""Routing: queues, skills, matching, offers and the router that owns a group."""
