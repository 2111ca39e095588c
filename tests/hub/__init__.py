"""The hub in its parts: delivery, bots, timers, sweeping, projections, erasure, feeds, beats."""
