"""The oracle of clocks and spells: plain Python from the domain text, held against dbt on random children.

Belongs here: what partners may send (records, children), what it means (clocks, plans, waits), and the comparison. It shares no
code with the models and reads none of their seeds; decisions are cited where the domain text is silent.
"""
