"""Write, audit, swap: a release appears whole or not at all."""
