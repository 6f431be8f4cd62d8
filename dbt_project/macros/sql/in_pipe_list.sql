{# Is a word in a pipe-separated list that a seed holds? A null list holds nothing. #}
{% macro in_pipe_list(word, pipe_list) -%}
(coalesce(position('|' || {{ word }} || '|' in '|' || {{ pipe_list }} || '|'), 0) > 0)
{%- endmacro %}
