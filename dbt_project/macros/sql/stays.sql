{#
    A table that a view names: without the database, which is called after the file, and the file is renamed when it is built (a view that named it
    could not be read afterwards).
#}
{% macro stays(relation) %}{{ return(relation.include(database=false)) }}{% endmacro %}
