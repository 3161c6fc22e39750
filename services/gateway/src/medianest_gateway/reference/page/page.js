// The reference of the API, drawn from its description beside which this page lies.

import { element, folded, inline, paragraphs } from "./drawing.js";
import { Operation } from "./operations.js";
import { Schemas } from "./schemas.js";

const METHODS = ["get", "post", "put", "patch", "delete"];
const place = (id) => document.getElementById(id);

function read(description) {
  const schemas = new Schemas(description);
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => methods[method]).map((method) => new Operation(path, method, methods[method], schemas)),
  );
}

/** By tag, in the order in which the description has them. */
function grouped(description, operations) {
  return description.tags.map(({ name, description: about }) => ({
    name,
    about,
    id: name.toLowerCase().replaceAll(" ", "-"),
    operations: operations.filter((operation) => operation.told.tags[0] === name),
  }));
}

function draw(description, groups) {
  place("version").textContent = description.info.version;
  place("about").append(...paragraphs(description.info.description));
  for (const group of groups) {
    group.section = element(
      "section",
      { "aria-labelledby": group.id },
      element("h2", { id: group.id }, group.name),
      element("p", {}, ...inline(group.about)),
      ...group.operations.map((operation) => operation.draw()),
    );
    group.entry = folded({}, [group.name], () => [
      element("ul", {}, ...group.operations.map((operation) => element("li", {}, link(operation)))),
    ]);
    place("operations").append(group.section);
    place("list").append(group.entry);
  }
  place("list").append(element("p", {}, element("a", { href: "#refusals" }, "What refusals mean")));
}

function link(operation) {
  return element(
    "a",
    { href: `#${operation.id}`, title: operation.path },
    element("span", { class: `method ${operation.method}` }, operation.method === "delete" ? "del" : operation.method),
    element("span", {}, operation.told.summary),
  );
}

function drawRefusals(description) {
  const rows = Object.values(description.components.examples ?? {}).map(({ value }) =>
    element(
      "tr",
      {},
      element("td", {}, element("code", {}, value.code)),
      element("td", {}, String(value.status)),
      element("td", {}, ...inline(`${value.title}. ${value.detail ?? ""}`)),
    ),
  );
  const head = ["Code", "Status", "What it means, and what to do"].map((text) => element("th", { scope: "col" }, text));
  place("refusals").append(
    element("h2", {}, "What refusals mean"),
    element("p", {}, "Every code with its status. An ellipsis stands for what is known only then."),
    element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows)),
  );
}

function search(groups, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const group of groups) {
    let inGroup = 0;
    for (const operation of group.operations) {
      const fits = words.every((word) => operation.text.includes(word));
      operation.element.hidden = !fits;
      inGroup += fits;
    }
    group.section.hidden = group.entry.hidden = inGroup === 0;
    count += inGroup;
  }
  place("about").hidden = words.length > 0;
  for (const row of document.querySelectorAll("#refusals tbody tr")) {
    row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
  }
  const isLost = words.length > 0 && count === 0;
  place("state").hidden = !isLost;
  place("state").textContent = isLost ? "Nothing has all of these words." : "";
  place("found").textContent = words.length ? `${count} operations found` : "";
}

/** An address with `#requestMedia` leads to the operation, unfolded. */
function show(operations) {
  const wanted = decodeURIComponent(location.hash.slice(1));
  const operation = operations.find(({ id }) => id === wanted);
  if (operation) {
    operation.element.hidden = false;
    operation.element.closest("section").hidden = false;
    operation.element.open = true;
  }
  if (wanted) place(wanted)?.scrollIntoView();
}

async function start() {
  const answer = await fetch("v1/openapi.json");
  if (!answer.ok) throw new Error(`The description was not given: ${answer.status}`);
  const description = await answer.json();
  const operations = read(description);
  const groups = grouped(description, operations);
  place("state").hidden = true;
  draw(description, groups);
  drawRefusals(description);
  const wide = matchMedia("(min-width: 52rem)");
  place("contents").open = wide.matches;
  wide.addEventListener("change", () => (place("contents").open = wide.matches));
  place("list").addEventListener("click", (event) => {
    if (event.target.closest("a") && !wide.matches) place("contents").open = false;
  });
  place("search").addEventListener("input", (event) => search(groups, event.target.value));
  place("search").addEventListener("keydown", (event) => {
    const first = operations.find(({ element: drawn }) => !drawn.hidden);
    if (event.key === "Enter" && first) {
      history.pushState(null, "", `#${first.id}`);
      show(operations);
    }
  });
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !(event.target instanceof HTMLInputElement)) {
      event.preventDefault();
      place("search").focus();
    }
  });
  addEventListener("hashchange", () => show(operations));
  show(operations);
  document.documentElement.dataset.ready = "yes";
}

start().catch((error) => {
  place("state").textContent = `${error.message}. Reload the page to try again.`;
});
