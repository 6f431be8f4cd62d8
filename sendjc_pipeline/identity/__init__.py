"""Who is who: standardise, link, keyed pseudonyms, and the copies of accepted rows that hold no direct identifier.

`pseudonymise.resolve_and_pseudonymise` is the door for a run, and `columns.raw_columns` the shape of what it writes.
Everything here works inside the restricted zone; nothing here reads files as partners sent them, or builds a mart.
"""
