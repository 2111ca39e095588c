"""The real verbs, router, delivery and projections under an adversarial, seeded scheduler."""
