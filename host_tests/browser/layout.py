"""What is wrong with a page, measured from its DOM: its layout, and what axe-core finds."""

import glob
import sysconfig
from pathlib import Path

AXE = next(iter(glob.glob(sysconfig.get_path("purelib") + "/axe_playwright_python/axe.min.js")), None)

# Every text that leaves the window or its button, is cut off, or lies over another text. Text below the footer scrolls
# out from under it, so header, main and footer are judged each for itself.
_FAULTS = """
const worded = (one) => one.checkVisibility({visibilityProperty: true}) && !one.closest('.unseen, .left small') &&
  [...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
const rects = (one) => [...one.childNodes].filter((child) => child.nodeType === 3 && child.data.trim()).flatMap(
(child) => {
  const range = document.createRange();
  range.selectNodeContents(child);
  return [...range.getClientRects()];
});
const name = (one) => one.tagName + ' ' + one.textContent.trim().slice(0, 40);
const faults = [];
for (const part of document.querySelectorAll('header, main, footer, dialog')) {
  const texts = [...part.querySelectorAll('*')].filter(worded).map((one) => [one, rects(one)]);
  for (const [one, places] of texts) {
    const box = one.closest('button, .button, #tabs a')?.getBoundingClientRect();
    for (const at of places) {
      if (at.left < -1 || at.right > innerWidth + 1) faults.push('outside the window: ' + name(one));
      if (box && (at.left < box.left - 1 || at.right > box.right + 1 || at.top < box.top - 2
        || at.bottom > box.bottom + 2))
        faults.push('outside its button: ' + name(one));
    }
    const style = getComputedStyle(one);
    if (style.overflow !== 'visible' && one.id !== 'name' && one.tagName !== 'SELECT' && one.tagName !== 'OPTION'
      && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
      faults.push('cut off: ' + name(one));
  }
  const flat = texts.flatMap(([one, places]) => places.map((at) => [one, at]));
  flat.forEach(([one, a], n) => flat.slice(n + 1).forEach(([other, b]) => {
    if (one !== other && !one.contains(other) && !other.contains(one)
      && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4)
      faults.push('over each other: ' + name(one) + ' / ' + name(other));
  }));
}
if (document.documentElement.scrollWidth > innerWidth) faults.push('the page scrolls sideways');
return [...new Set(faults)];
"""


def faults(phone):
    """What is wrong, one sentence each."""
    return phone.js(_FAULTS)


def hidden(phone, selector):
    """The elements that are not wholly in the window and above the footer, without scrolling."""
    return phone.js(
        "const low = document.querySelector('footer').getBoundingClientRect().top;"
        "return [...document.querySelectorAll(arguments[0])].filter((one) => one.checkVisibility() && one.textContent)"
        ".map((one) => [one.getBoundingClientRect(), one.textContent])"
        ".filter(([at]) => at.top < 0 || at.bottom > low + 1 || at.right > innerWidth + 1).map(([, text]) => text)",
        selector,
    )


def enlarge(phone, percent):
    """The text size that a user sets in the browser."""
    phone.js("document.documentElement.style.fontSize = arguments[0]", f"{16 * percent // 100}px")


def violations(phone):
    """What axe-core finds, one sentence each; a frame is a page of its own."""
    if not phone.js("return 'axe' in window"):
        phone.js(Path(AXE).read_text())
    return phone.driver.execute_async_script(
        "const done = arguments[0]; axe.run(document, {resultTypes: ['violations'], iframes: false, "
        "rules: {'target-size': {enabled: true}}}).then((found) => "
        "done(found.violations.map((one) => one.id + ': ' + one.nodes[0].html + ' ' + one.nodes[0].failureSummary)))"
    )
