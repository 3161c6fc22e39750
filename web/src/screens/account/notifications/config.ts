import type { Schemas } from "@/api/client";

type Fields = Schemas["ConfigField"][];

/** What was typed into a channel's form, as the portal takes it.
 *
 * A secret that is set already and left empty stays as it is; whatever else is left empty is not given at all.
 */
export function configOf(fields: Fields, typed: (name: string) => string): Record<string, string> {
  const filled = fields.map(({ name }): [string, string] => [name, typed(name).trim()]).filter(([, value]) => value !== "");
  return Object.fromEntries(filled);
}

/** Whether a field has to be filled in: a secret that the portal has need not be typed again. */
export function isWanted(field: Fields[number], secretsSet: readonly string[]): boolean {
  return field.required && !(field.secret && secretsSet.includes(field.name));
}

/** By the name in the form, from names such as `config.url` or `url`. */
export function faultOf(faults: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(faults).find(([field]) => field === name || field.endsWith(`.${name}`))?.[1];
}
