"""The web server: composition root, sign-in, REST, sockets, the desk and the `hub` program."""
