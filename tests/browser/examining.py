"""What is asked of every screen: WCAG 2.2 AA as far as axe can tell, one heading, a title, no key without words."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Page, expect

_WEB = Path(__file__).parents[2] / "web"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_SHOWN = """() => [
  document.body.innerText,
  ...[...document.querySelectorAll("[aria-label],[placeholder],[title],[alt]")].flatMap((each) =>
    ["aria-label", "placeholder", "title", "alt"].map((name) => each.getAttribute(name)).filter(Boolean)),
].join("\\n")"""
_WIDER = """() => {
  const edge = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= edge) return [];
  const all = [...document.querySelectorAll("body *")];
  const beyond = all.filter((each) => each.getBoundingClientRect().right > edge + 1);
  return beyond.slice(0, 5).map((each) => `${each.tagName.toLowerCase()}.${each.getAttribute("class")}`);
}"""


async def arrived(page: Page) -> None:
    """Nothing on it is still on its way."""
    await expect(page.get_by_role("heading", level=1).first).to_be_visible()
    await expect(page.locator(".pulse")).to_have_count(0)


async def in_scheme(page: Page, scheme: Literal["light", "dark"]) -> None:
    """What changes with it has changed: from one element to the next, where each takes a moment."""
    await page.emulate_media(color_scheme=scheme)
    await page.evaluate(
        """async () => {
          // What is folded away stands still for ever.
          const moves = ({ effect }) => effect.target?.checkVisibility() ?? false;
          for (let quiet = 0; quiet < 5; quiet = document.getAnimations().some(moves) ? 0 : quiet + 1)
            await new Promise((next) => requestAnimationFrame(next));
        }"""
    )


async def axe(page: Page, *, rules: list[str] | None = None) -> list[str]:
    """What breaks a rule, and where."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_source())
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": _TAGS}
    options = {"runOnly": only, "resultTypes": ["violations"]}
    result: dict[str, Any] = await page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{broken['id']}: {broken['help']}: {node['target']} {node['html'][:200]} {node['failureSummary'][:300]}"
        for broken in result["violations"]
        for node in broken["nodes"]
    ]


async def plain_faults(page: Page) -> list[str]:
    faults = []
    headings = await page.locator("h1:visible").count()
    if headings != 1:
        faults.append(f"{headings} headings of the first level")
    if not re.search(r"(^|\S · )MediaNest$", await page.title()):
        faults.append(f"its title is {await page.title()!r}")
    shown: str = await page.evaluate(_SHOWN)
    faults += [f"a key without words: {key}" for key in sorted(set(_keys().findall(shown)))]
    faults += [
        f"a gap in a text: {gap}"
        for gap in re.findall(r"\{\{\w+\}\}|\bundefined\b|\bNaN\b|Invalid Date", shown)
    ]
    return faults


async def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways, if anything does."""
    found: list[str] = await page.evaluate(_WIDER)
    return found


@cache
def _source() -> str:
    return (_WEB / "node_modules" / "axe-core" / "axe.min.js").read_text()


@cache
def _keys() -> re.Pattern[str]:
    """A text that is not there is shown by its key, which begins with the name of one of the catalogue's parts."""
    first: set[str] = set()
    for file in (_WEB / "src" / "i18n" / "en").glob("*.json"):
        first |= json.loads(file.read_text()).keys()
    return re.compile(
        rf"(?<![\w./-])(?:{'|'.join(sorted(map(re.escape, first)))})(?:\.\w+)+(?![\w/-])(?<!\.txt)"
    )
