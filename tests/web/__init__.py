"""The web server at its border: requests and sockets as browsers make them."""
