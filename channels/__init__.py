"""Channels: the ways customers reach the hub. Each folder is one plug; ``registry`` lists them."""
