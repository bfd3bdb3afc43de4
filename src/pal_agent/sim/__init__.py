"""A simulated Azure: sign-in and Resource Manager over an invented estate, with faults as data.

Written from what Azure is known to answer, not from our own client, and sharing no type with it: the two can agree
only through HTTP, so each checks the other. Start reading at `respond.py`; `adapter.py` answers in process for a
`requests.Session`, `server.py` over HTTPS on loopback.
"""
