// Elements, and the little of Markdown that descriptions use. Text is only ever set as text.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}

const MARKS = /(`[^`]+`|\*\*[^*]+\*\*)/;

export function inline(text) {
  return text.split(MARKS).map((part) => {
    if (part.length > 2 && part.startsWith("`")) return element("code", {}, part.slice(1, -1));
    if (part.length > 4 && part.startsWith("**")) return element("strong", {}, part.slice(2, -2));
    return part;
  });
}

export function paragraphs(text) {
  return (text ?? "").trim().split(/\n\s*\n/).filter(Boolean).map((part) => element("p", {}, ...inline(part)));
}

/** Drawn when it is first opened: of three hundred operations a reader looks at a few. */
export function folded(attributes, summary, draw) {
  const made = element("details", attributes, element("summary", {}, ...summary));
  let isDrawn = false;
  const drawOnce = () => {
    if (isDrawn) return;
    isDrawn = true;
    made.append(...draw());
  };
  made.addEventListener("toggle", () => made.open && drawOnce());
  if (attributes.open) drawOnce();
  return made;
}

export function json(value) {
  return element("pre", { tabindex: "0" }, JSON.stringify(value, null, 2));
}
