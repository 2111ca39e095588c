"""Several processes of one hub, with a real Redis and a real MongoDB-wire server between them."""
