"""The only writers: one verb per function, in one short transaction each.

Every action locks its row, checks permission, stores findings, makes the transition
those findings allow, saves, and appends its audit entry; mails leave as outbox rows.
Slow work has three parts: intent, work without a transaction, result.
"""
