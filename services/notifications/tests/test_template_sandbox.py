"""What an administrator's template can do is say words. Escapes known from public reports are refused before they are
run; the sandbox below would hold as well."""

import time

import pytest
from jinja2.exceptions import SecurityError, UndefinedError

from medianest_notifications.rendering.context import context_of
from medianest_notifications.rendering.filters import FILTERS
from medianest_notifications.rendering.sandbox import _SANDBOX, TemplateFault, compiled, fill, variables_of
from medianest_notifications.rendering.words import words_of

ESCAPES = [
    # Server-side template injection as it is usually written: from any object to all classes.
    "{{ ''.__class__ }}",
    "{{ ''['__class__'].__mro__[1].__subclasses__() }}",
    "{{ who|attr('__class__') }}",
    "{{ who|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
    "{{ self._TemplateReference__context }}",
    "{{ self.__init__.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'] }}",
    "{{ config }}{{ request.application }}",
    "{{ _words.tables }}{{ _words.__class__ }}",
    # CVE-2016-10745, CVE-2019-10906: through str.format and str.format_map.
    "{{ '{0.__class__.__init__.__globals__}'.format(who) }}",
    "{{ '{x.__class__}'.format_map({'x': who}) }}",
    # CVE-2024-56326: a stored reference to str.format.
    "{% set f = ''.format %}{{ f('{0.__class__}', who) }}",
    # CVE-2025-27516: the attr filter past the check of format.
    "{{ ('{0.__class__}'|attr('format'))(who) }}",
    # CVE-2024-56201: code in the name of another template.
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{% from 'x' import y %}",
    # Time and memory.
    "{% for i in range(10**9) %}x{% endfor %}",
    "{% for x in scopes %}{{ x }}{% endfor %}",
    "{{ range(10**9)|list }}",
    "{{ 'a' * 10**9 }}",
    "{{ 2 ** 2 ** 30 }}",
    "{{ 'a' * 999999999 }}",
    "{{ who ~ who ~ who }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ who|center(1000000000) }}",
    "{{ who|indent(1000000000) }}",
    "{{ who|format }}",
    "{{ scopes|map('upper')|list }}",
    "{{ dict(a=1) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% call who() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% set who = 1 %}",
    "{% with x = 1 %}{% endwith %}",
    "{% block a %}{% endblock %}",
    "{% autoescape false %}{% endautoescape %}",
    "{% do who.x() %}",
    "{{ who is divisibleby 0 }}",
    "{{ who[0:1] }}",
    "{{ who() }}",
    "{{ caller() }}",
    "{{ -who }}",
    "{{ [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]] }}",
    "{{ " + "(" * 1900 + "who" + ")" * 1900 + " }}",
    "{% if who %}" * 300 + "{% endif %}" * 300,
    "{{ " + "not " * 900 + "who }}",
    "{{ 1e999999 }}" * 3 + "{{ who.x }}",
    "x" * 4001,
    "{{ who",
    "{% if who %}",
    "{{ who|nothing }}",
    "{{ }}",
    "{{ \ud800 }}",
]


GROWING = [
    # Each filter would make three times, or as often as one likes, what the one before it made.
    "{{ title" + "|commas" * 12 + " }}",
    "{{ title" + "|listed" * 12 + " }}",
    "{{ title" + "|upper|commas|sentence|listed" * 3 + " }}",
    "{{ scopes" + "|commas" * 12 + " }}",
    "{{ title" + "|plural('', '{}{}{}{}{}{}{}{}')" * 9 + " }}",
    "{{ n" + "|plural('', '{}{}{}{}{}{}{}{}')" * 9 + " }}",
    "{{ n|plural('', title|plural('', '{}{}{}{}')) }}",
]


@pytest.mark.parametrize("source", GROWING, ids=range(len(GROWING)))
def test_a_chain_of_filters_that_makes_a_text_grow_is_a_fault(source: str) -> None:
    values = {"title": "x" * 200, "n": 9, "scopes": ["a", "b"]}
    begun = time.process_time()
    with pytest.raises(TemplateFault) as fault:
        fill(source, context_of(values, words_of("en"), zone="UTC"))
    assert "TypeError" in fault.value.message
    assert time.process_time() - begun < 2


def test_what_a_filter_makes_is_bounded() -> None:
    long = {"many": ["x" * 2000] * 100, "n": 9}
    context = context_of(long, words_of("en"), zone="UTC")
    for source in ("{{ many|commas }}", "{{ many|listed }}", "{{ n|plural('', '" + "{}" * 1000 + "') }}"):
        assert len(fill(source, context)) <= 10_000
    assert len(FILTERS["upper"]("\u0390" * 9_000)) == 10_000
    assert fill("{{ n|plural('One', '{} films') }}", context) == "9 films"


@pytest.mark.parametrize("source", ESCAPES, ids=range(len(ESCAPES)))
def test_what_is_more_than_words_is_refused_before_it_runs(source: str) -> None:
    begun = time.process_time()
    with pytest.raises(TemplateFault) as fault:
        compiled(source)
    assert fault.value.line >= 1 and fault.value.message
    assert time.process_time() - begun < 2, "refusing is cheap"
    for part in ("__class__", "popen", "999", "10**9"):
        assert part not in fault.value.message, "what was written is not repeated"


@pytest.mark.parametrize(
    "source, line, says",
    [
        ("Hello\n\n{{ who.name }}", 3, "leave out the dot"),
        ("Hello\n{% for x in y %}{% endfor %}", 2, "Loops are not possible"),
        ("Hello {{ who | big }}", 1, "There is no such filter. There are: commas, date"),
        ("a\nb\n{% if who %}c", 3, "An if is not closed"),
        ("a\n{{ who }", 2, "bracket or quotation mark"),
        ("{{ who is string }}", 1, "The only test is"),
        ("{{ 1 + 1 }}", 1, "Calculating is not possible"),
    ],
)
def test_a_refusal_says_where_and_what_to_do(source: str, line: int, says: str) -> None:
    with pytest.raises(TemplateFault) as fault:
        compiled(source)
    assert fault.value.line == line
    assert says in fault.value.message


def test_the_sandbox_below_holds_by_itself() -> None:
    """Compiled without our own check, to see that a hole in it would lead nowhere."""
    inside = {"who": "Ada"}
    for source in ("{{ who.__class__ }}", "{{ who.upper }}", "{{ who['format']('x') }}"):
        with pytest.raises((SecurityError, UndefinedError)):
            _SANDBOX.from_string(source).render(inside)
    for source in ("{{ 'a' * 9 }}", "{{ 2 ** 9 }}", "{{ '%9d' % 1 }}", "{{ who.upper() }}"):
        with pytest.raises((SecurityError, UndefinedError)):
            _SANDBOX.from_string(source).render(inside)
    for source in ("{{ range(3) }}", "{{ cycler }}", "{{ joiner }}", "{{ lipsum() }}", "{{ dict() }}"):
        with pytest.raises((SecurityError, UndefinedError)):
            _SANDBOX.from_string(source).render(inside)


def test_words_values_filters_and_choices_are_possible() -> None:
    source = (
        "{# said #}{% if n > 1 and who %}{{ who | upper }}{% elif not n %}0"
        "{% else %}{{ none_such | default('?') }}{% endif %}"
    )
    assert fill(source, {"who": "Ada", "n": 2}) == "ADA"
    assert fill(source, {"who": "Ada", "n": 0}) == "0"
    assert fill(source, {"who": "Ada", "n": 1}) == "?"
    assert fill("{% raw %}{{ who }}{% endraw %}", {}) == "{{ who }}"
    assert fill("{{ 'a' if who in ('Ada', 'Bert') else 'b' }}", {"who": "Ada"}) == "a"
    assert variables_of("{{ who }}\n{{ what if who else where }}") == {"who": 1, "what": 2, "where": 2}


def test_a_value_that_is_missing_or_of_another_kind_is_a_fault_and_no_empty_word() -> None:
    for source in (
        "{{ who }}",
        "{{ n | plural('one', 'many') }}{{ who }}",
        "{{ who | commas }}",
        "{{ who > 3 }}",
    ):
        with pytest.raises(TemplateFault):
            fill(source, {"n": 2} if "who | commas" not in source else {"who": 3})
    with pytest.raises(TemplateFault):
        fill("{{ who > 3 }}", {"who": "Ada"})
