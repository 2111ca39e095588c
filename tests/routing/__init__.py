"""Routing in its parts: the matcher against a naive oracle, the lease, the people's clock, offers."""
