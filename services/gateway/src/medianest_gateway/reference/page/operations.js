// One operation: how it is called, with what, and what it answers.

import { element, folded, inline, json, paragraphs } from "./drawing.js";

const QUOTE = "'";

export class Operation {
  constructor(path, method, told, schemas) {
    Object.assign(this, { path, method, told, schemas });
    this.id = told.operationId;
    this.isPublic = told.security?.length === 0;
    const codes = Object.values(told.responses).map((answer) => schemas.resolved(answer).description);
    this.text = [method, path, this.id, told.summary, told.description, ...codes].join(" ").toLowerCase();
  }

  draw() {
    const path = this.path.split(/(\{[^}]+\})/).map((part) => (part.startsWith("{") ? part : element("b", {}, part)));
    this.element = folded(
      { class: "operation", id: this.id },
      [
        element("span", { class: `method ${this.method}` }, this.method),
        element("span", { class: "path" }, ...path),
        element("span", { class: "name" }, this.told.summary),
        this.isPublic ? element("span", { class: "who" }, "public") : null,
      ].filter(Boolean),
      () => [element("div", { class: "inside" }, ...this.#inside())],
    );
    return this.element;
  }

  #inside() {
    return [
      ...paragraphs(this.told.description),
      ...this.#parameters(),
      ...this.#body(),
      element("h3", {}, "Answers"),
      ...Object.entries(this.told.responses).map(([status, answer]) => this.#answer(status, this.schemas.resolved(answer))),
      element("h3", {}, "From a shell"),
      element("pre", { tabindex: "0" }, this.#curl()),
    ];
  }

  #parameters() {
    const given = this.told.parameters ?? [];
    if (!given.length) return [];
    const rows = given.flatMap((parameter) => {
      const notes = [...this.schemas.bounds(parameter.schema)];
      const usual = parameter.schema?.default;
      if (usual !== undefined && usual !== null) notes.push(`default ${JSON.stringify(usual)}`);
      return [
        element(
          "dt",
          {},
          element("code", {}, parameter.name),
          element("span", { class: "type" }, ` ${parameter.in}, ${this.schemas.typeOfParameter(parameter.schema)}`),
          parameter.required ? element("span", { class: "needed" }, " required") : null,
        ),
        element("dd", {}, ...inline(parameter.description ?? ""), notes.length ? ` (${notes.join(", ")})` : ""),
      ];
    });
    return [element("h3", {}, "Parameters"), element("dl", { class: "fields" }, ...rows)];
  }

  #body() {
    const content = Object.entries(this.told.requestBody?.content ?? {});
    return content.flatMap(([kind, shown]) => [
      element("h3", {}, `Body: ${kind}${this.told.requestBody.required ? "" : ", may be left out"}`),
      ...this.schemas.fields(shown.schema),
      ...(shown.example === undefined ? [] : [json(shown.example)]),
    ]);
  }

  #answer(status, answer) {
    const isGood = Number(status) < 400;
    return folded(
      { class: `answer ${isGood ? "good" : "bad"}`, open: isGood && status !== "204" },
      [element("b", {}, status), ...inline(answer.description ?? "")],
      () =>
        Object.entries(answer.content ?? {}).flatMap(([kind, shown]) => [
          element("p", { class: "type" }, `${kind}${shown.schema?.type === "array" ? ", a list" : ""}`),
          ...Object.values(shown.examples ?? {}).map((example) => json(this.schemas.resolved(example).value)),
          ...(shown.example === undefined ? [] : [json(shown.example)]),
          ...(isGood ? this.#fieldsOf(shown.schema) : []),
        ]),
    );
  }

  #fieldsOf(schema) {
    const fields = schema ? this.schemas.fields(schema) : [];
    return fields.length ? [folded({ class: "more" }, ["All fields"], () => this.schemas.fields(schema))] : [];
  }

  #curl() {
    const needed = (this.told.parameters ?? []).filter((parameter) => parameter.required && parameter.in === "query");
    const query = needed.map((parameter) => `${parameter.name}=…`).join("&");
    const url = new URL(`..${this.path}`, document.baseURI).href.replaceAll("%7B", "{").replaceAll("%7D", "}");
    const lines = [`curl ${this.method === "get" ? "" : `-X ${this.method.toUpperCase()} `}'${url}${query && "?"}${query}'`];
    if (!this.isPublic) lines.push('-H "Authorization: Bearer $TOKEN"');
    // Before anybody is known, the CSRF token is what ties a sign-in to its browser.
    else if (this.method !== "get" && this.path.startsWith("/api/v1/auth/")) lines.push('-b cookies -c cookies -H "X-CSRF-Token: $CSRF"');
    const body = this.told.requestBody?.content?.["application/json"]?.example;
    if (body !== undefined) {
      lines.push("-H 'Content-Type: application/json'");
      lines.push(`-d '${JSON.stringify(body).replaceAll(QUOTE, "'\\''")}'`);
    }
    return lines.join(" \\\n  ");
  }
}
