/** Pages in the background are not painted at all. */
const PATIENCE_MS = 100;

/** Resolves once what has been changed so far can be seen. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, PATIENCE_MS);
    requestAnimationFrame(() => {
      clearTimeout(late);
      // Called before the frame is painted; what is put off from here comes after it.
      setTimeout(resolve);
    });
  });
}
