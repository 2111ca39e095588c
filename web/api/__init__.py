"""The REST API, one file per resource: parse, authorise, call the hub, present."""
