"""The document port on MongoDB: one database of a replica set, majority-acknowledged, journaled.

``documents`` is the store and what wiring opens; ``names`` says how keys and documents lie
there, ``query`` how filters become its language, ``indexes`` how declarations become indexes,
``steps`` a commit, ``sessions`` in what transactions run and who ends those of the dead,
and ``errors`` what the driver's exceptions mean to the port.
"""
