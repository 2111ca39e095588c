"""The real verbs, router, delivery and projections under an adversarial, seeded scheduler.

Where what is:

========================  ==================================================================
``world``                 one schedule: a house, its people, and every choice against them
``process``, ``loop``     a process made of the real parts, on an event loop without threads
``store``, ``fast``       the document port as a process sees it; the one store behind it
``people``, ``requests``  customers, agents, caretakers; what they send until it is answered
``channels``              the far side of a channel: slow, cut, refusing, late
``checker``               I1 to I11 after every store call, by an account of its own
``reference``             the protocol's table written once more, on stored documents
``coverage``              what schedules must have reached
``faults``                known faults, put back one at a time into a copy of the tree
``runner``                many schedules on every core
========================  ==================================================================

``python -m tests.simulation --seed N --trace`` tells one schedule call by call.
"""
