/** The address of a drawing for `<img>`, where nothing in it can run. By itself it has to say that it is a drawing. */
export function pictureOf(svg: string): string {
  const whole = svg.includes("xmlns=") ? svg : svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
  return `data:image/svg+xml,${encodeURIComponent(whole)}`;
}
