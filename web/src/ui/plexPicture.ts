/** The address of a picture of Plex's, no larger than it is shown; screens of phones have two points and more for each. */
export function plexPicture(image: string | null | undefined, width: number, ratio = 1.5): string | null {
  if (!image) return null;
  if (image.startsWith("/")) return image;
  const points = Math.round(width * Math.min(2, window.devicePixelRatio || 1));
  return `/api/v1/plex/images/${image}?w=${points}&h=${Math.round(points * ratio)}`;
}
