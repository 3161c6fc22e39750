const PATIENCE_MS = 800;
/** While the frame of the document is all there is, it is no worse to look at than the places of what is missing. */
const FIRST_PATIENCE_MS = 3_000;

/** For loaders: what has come by then is shown at once, instead of piece by piece in places that have to be made for it.
 * What fails, or takes longer, is for the screen to say. */
export async function soon(...asked: unknown[]): Promise<void> {
  const hasFrame = document.documentElement.dataset["first"] && document.querySelector("[data-frame]");
  const patience = hasFrame ? FIRST_PATIENCE_MS : PATIENCE_MS;
  await Promise.race([Promise.allSettled(asked), new Promise((late) => setTimeout(late, patience))]);
}
