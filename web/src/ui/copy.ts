/** Whether it is in the clipboard now. Without TLS a browser has none. */
export function copy(text: string): Promise<boolean> {
  return navigator.clipboard
    ? navigator.clipboard.writeText(text).then(
        () => true,
        () => false,
      )
    : Promise.resolve(false);
}
