"""The only writers: one verb per function, in one short transaction each.

Every action locks its row, checks permission, stores findings, makes the transition
those findings allow, saves, and appends its audit entry; mails leave as outbox rows.
Slow work has three parts: intent, work without a transaction, result.

The files here are the stations of a request's life, from `intake` to `closing`; the
packages are the rooms they lead to:

    law        which rules apply, to which facts, and what their use weighs
    finding    which account is meant, and what its service holds
    making     from a decision to a sealed package
    letters    what is written to people, and what came back
    paper      what leaves with the company's seal, and its way
    incidents  when it went wrong
    deadlines  when something is due, and who is reminded
    keeping    what stays encrypted, for how long, and why it may not go
    proof      what outsiders can check
    house      the desk itself: people, companies, services, keys, numbers

A room may use another only in one direction; the import contract finds a circle.
"""
