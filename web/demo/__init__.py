"""The demo: a gas company's hotline, filled in on first run, and its public page."""

from web.demo.filling import fill
from web.demo.invitation import invitation
from web.demo.public_page import DemoPage

__all__ = ["DemoPage", "fill", "invitation"]
