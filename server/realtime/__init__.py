"""``/v1/realtime``: the OpenAI Realtime protocol over a websocket, for clients that speak it already (docs/realtime.md).

    sound.py     the audio formats of the wire
    events.py    what a client may say, checked
    config.py    the session object: what can be set, and what is in force
    items.py     the conversation's items
    saying.py    what a session says, as events
    dialect.py   the event names of the beta, for clients that ask for it
    line.py      one connection: events to the session and back

Events are made in the form of the general availability; a client of the beta gets them in its own.
"""
