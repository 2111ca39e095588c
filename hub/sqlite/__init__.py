"""The document port on SQLite: one file, one writer thread, readers beside it.

``documents`` is the store and what wiring opens; ``layout`` says how collections lie in tables
and ``query`` how filters become SQL; ``writer`` and ``changes`` write, ``readers`` read;
``files`` opens connections, and ``lock`` keeps every other process out.
"""
