"""Synthetic partners: four areas with known truth, written in the partners' own formats.

It knows nothing of the intake that will read its files, so that neither can hide the other's mistake.
"""
