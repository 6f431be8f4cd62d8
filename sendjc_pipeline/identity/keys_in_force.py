"""The door to keys: whoever makes pseudonyms asks here, so that a rotation is finished before its keys are used."""

from __future__ import annotations

from collections.abc import Mapping

from sendjc_pipeline.identity import keyring, swap
from sendjc_pipeline.identity.pseudonym import Keys
from sendjc_pipeline.settings import Settings


def keys_in_force(settings: Settings, environ: Mapping[str, str] | None = None) -> Keys:
    """The key of every purpose.

    Raises:
        MissingKey: a purpose has no secret, or a weak one.
        WrongKey: a secret is not that which the last rotation brought in.
    """
    swap.finish(settings)
    return keyring.keys_of(keyring.held(settings, environ))
