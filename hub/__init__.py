"""The domain of OmniHub: conversations as timelines, agents, delivery, and the ports they need."""
