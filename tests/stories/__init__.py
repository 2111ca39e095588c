"""The stories of engineering.md, each as a test on every engine: what others learned the hard way."""
