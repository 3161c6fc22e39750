// What a value looks like, field by field; what lies deeper unfolds.

import { element, folded, inline } from "./drawing.js";

const BOUNDS = {
  minLength: "at least %s characters",
  maxLength: "at most %s characters",
  minimum: "from %s",
  exclusiveMinimum: "more than %s",
  maximum: "up to %s",
  exclusiveMaximum: "less than %s",
  minItems: "at least %s",
  maxItems: "at most %s",
  pattern: "matches %s",
};
const DEEPEST_AT_ONCE = 1;

export class Schemas {
  constructor(description) {
    this.description = description;
  }

  resolved(thing) {
    while (thing?.$ref) {
      thing = thing.$ref.slice(2).split("/").reduce((at, part) => at[part], this.description);
    }
    return thing ?? {};
  }

  /** The fields of an object or of the items of a list; nothing where there are none. */
  fields(schema, depth = 0) {
    const choices = this.choices(schema).map((choice) => this.within(choice));
    const objects = choices.filter((choice) => choice.properties);
    return objects.map((object) => this.#list(object, depth, objects.length > 1));
  }

  within(schema) {
    let found = this.resolved(schema);
    while (found.type === "array" && found.items) found = this.resolved(found.items);
    if (typeof found.additionalProperties === "object" && !found.properties) return this.within(found.additionalProperties);
    return found;
  }

  choices(schema) {
    const found = this.resolved(schema);
    const several = found.anyOf ?? found.oneOf;
    return several ? several.filter((choice) => choice.type !== "null").flatMap((choice) => this.choices(choice)) : [found];
  }

  /** Of a parameter, which is left out rather than null. */
  typeOfParameter(schema) {
    return [...new Set(this.choices(schema).map((choice) => this.type(choice)))].join(" or ");
  }

  type(schema) {
    const found = this.resolved(schema);
    const several = found.anyOf ?? found.oneOf;
    if (several) return [...new Set(several.map((choice) => this.type(choice)))].join(" or ");
    if (found.const !== undefined) return JSON.stringify(found.const);
    if (found.enum) return found.enum.map((value) => JSON.stringify(value)).join(" · ");
    if (found.type === "array") return `list of ${found.items ? this.type(found.items) : "anything"}`;
    if (found.properties) return found.title ?? "object";
    if (typeof found.additionalProperties === "object") return `map to ${this.type(found.additionalProperties)}`;
    if (found.format === "password") return "string";
    return found.format ?? found.type ?? "anything";
  }

  bounds(schema) {
    return this.choices(schema).flatMap((choice) =>
      Object.entries(BOUNDS)
        .filter(([key]) => choice[key] !== undefined)
        .map(([key, words]) => words.replace("%s", () => choice[key])),
    );
  }

  #list(object, depth, isOneOfSeveral) {
    const rows = Object.entries(object.properties).flatMap(([name, field]) => [
      element(
        "dt",
        {},
        element("code", {}, name),
        " ",
        element("span", { class: "type" }, this.type(field)),
        (object.required ?? []).includes(name) ? element("span", { class: "needed" }, " required") : null,
      ),
      element("dd", {}, ...this.#about(field, depth)),
    ]);
    const list = element("dl", { class: "fields" }, ...rows);
    return isOneOfSeveral ? element("div", {}, element("p", { class: "type" }, object.title ?? "or"), list) : list;
  }

  #about(field, depth) {
    const told = field.description ?? this.resolved(field).description;
    const notes = [...new Set(this.bounds(field))];
    if (field.default !== undefined && field.default !== null) notes.push(`default ${JSON.stringify(field.default)}`);
    const parts = told ? inline(told.replaceAll("\n", " ")) : [];
    if (notes.length) parts.push(parts.length ? " " : "", element("span", { class: "type" }, `(${notes.join(", ")})`));
    const hasMore = this.choices(field).some((choice) => this.within(choice).properties);
    if (hasMore) {
      const open = depth < DEEPEST_AT_ONCE && this.choices(field).length === 1 && depth === 0 && this.#isSmall(field);
      parts.push(folded({ class: "more", open }, ["fields"], () => this.fields(field, depth + 1)));
    }
    return parts;
  }

  #isSmall(field) {
    return Object.keys(this.within(field).properties ?? {}).length <= 3;
  }
}
