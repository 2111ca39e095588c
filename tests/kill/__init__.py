"""kill -9 of the real house under senders who retry: nothing lost, nothing doubled, nobody stuck."""
