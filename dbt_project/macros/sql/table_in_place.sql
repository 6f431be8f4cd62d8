{#
    How a table is made: under its own name at once. dbt's own way makes it under another name and changes names after, so that readers of the old
    table are never without one; a build of ours writes a file that nobody reads yet, and two hundred tables were renamed for nothing.
#}
{% materialization table, adapter='duckdb' %}
{%- set there = load_cached_relation(this) -%}
{%- set made = this.incorporate(type='table') -%}
{{ run_hooks(pre_hooks, inside_transaction=False) }}
{{ run_hooks(pre_hooks, inside_transaction=True) }}
{{ drop_relation_if_exists(there) }}
{%- call statement('main') -%}
{{ create_table_as(False, made, compiled_code) }}
{%- endcall %}
{{ run_hooks(post_hooks, inside_transaction=True) }}
{{ adapter.commit() }}
{{ run_hooks(post_hooks, inside_transaction=False) }}
{{ return({'relations': [made]}) }}
{% endmaterialization %}
