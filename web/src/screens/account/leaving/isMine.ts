/** Whoever leaves types their own name or address, so that nobody does so by mistake. */
export function isMine(typed: string, { name, email }: { name: string; email: string | null }): boolean {
  const given = typed.trim().toLowerCase();
  return given !== "" && [name, email].some((each) => each?.trim().toLowerCase() === given);
}
