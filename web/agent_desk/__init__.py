"""The agent desk's WebSocket: snapshot, then events; whoever was cut resumes by his cursor."""
