"""A run in which every string that a customer, or Azure, may choose is one that was chosen to hurt."""

from dataclasses import replace
from datetime import date

from pal_agent.model import Code, Excepted, Finding, Link, LinkState, Reason, Severity, Status
from tests.report.example_run import PARTNER, ExampleRun, earning, guid, held, run_of, target

HOSTILE = (
    "<script>window.hurt=1</script>",
    '"><img src=x onerror=window.hurt=1>',
    "</script><script>window.hurt=1</script>",
    "{{7*7}}{% raw %}",
    "]]>&amp;<!--",
    "=HYPERLINK(\"http://example.invalid\",\"x\")",
    "+1+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1",
    "\x1b[31mred\x1b]8;;http://example.invalid\x07", "\x9b31m", "nul\x00nul", "\u202egnp.exe", "\ud800 alone",
    "two\nlines\r\n::set-output name=x::y", "##vso[task.complete result=Failed]", "[/x]",
    "[x](javascript:window.hurt=1)",
    "| a | b |", "`code` **bold** ~~gone~~ http://example.invalid www.example.com me@example.com #1 @team",
    "\u2028line\u2029paragraph", "x" * 65_536, "https://example.invalid/", "\ufffe\uffff", "a\u0300" * 40,
)  # fmt: skip


def hostile_run(texts: tuple[str, ...] = HOSTILE) -> ExampleRun:
    """Each of `texts` as the name of everything that has one, as message, reason, fix and owner."""
    targets, subscriptions, findings = [], [], []
    for index, text in enumerate(texts):
        number = 100 + index
        own = replace(held(number), role_name=text)
        targets.append(
            target(f"hostile-{index:02}", guid(number), tenant_name=text, role_assignments=(own,),
                   status=Status.PARTIAL, reason=Reason(code=Code.FORBIDDEN, message=text, status=403),
                   link=Link(state=LinkState.LINKED, partner_id=PARTNER, partner_name=text,
                             created_at=text)))  # fmt: skip
        subscriptions.append(earning(number, text, guid(number), f"hostile-{index:02}", [text, f"{text}2"]))
        findings.append(
            Finding(id="subscription-partly-attributed", severity=Severity.WARNING, message=text, fix=text,
                    scope=f"/subscriptions/{guid(number)}/resourceGroups/{text}"))  # fmt: skip
        findings.append(
            Finding(id="target-partial", severity=Severity.WARNING, message=text, fix=text, credential=text,
                    tenant_id=guid(number),
                    excepted=Excepted(reason=text, owner=text, expires=date(2027, 1, 31))))  # fmt: skip
    return run_of(targets, subscriptions, sorted(findings, key=lambda finding: finding.order))
