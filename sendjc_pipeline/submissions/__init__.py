"""Arrivals: the ledger of what partners sent, guarded readers, rules, quarantine, and what each partner is told.

`ledger.submit` lands files without looking inside; `intake.accept` reads and judges them once. Choosing figures or linking
children does not belong here.
"""
