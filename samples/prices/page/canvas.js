/**
 * A canvas that is as sharp as the screen, and is drawn anew when its size or the theme changes, or when `redraw` is called: once a frame at
 * most, and not at all while nobody looks at the page.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {(context: CanvasRenderingContext2D, width: number, height: number) => void} draw in CSS pixels
 */
export function paint(canvas, draw) {
  const context = canvas.getContext('2d');
  let frame = 0;

  const resize = () => {
    const scale = devicePixelRatio;
    const width = Math.round(canvas.clientWidth * scale);
    const height = Math.round(canvas.clientHeight * scale);
    // To set a size clears the canvas, even to the same size.
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.setTransform(scale, 0, 0, scale, 0, 0);
  };

  const now = () => {
    frame = 0;
    resize();
    context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    draw(context, canvas.clientWidth, canvas.clientHeight);
  };

  const redraw = () => {
    if (frame === 0) frame = requestAnimationFrame(now);
  };

  // At once: a canvas that waits for the next frame is seen stretched until then.
  new ResizeObserver(now).observe(canvas);
  addEventListener('themechange', redraw);
  return redraw;
}

/** A colour of the page's theme, as it is now. `light-dark()` is resolved in colours only, and not in custom properties. */
export function colour(canvas, name) {
  canvas.style.color = `var(--${name})`;
  return getComputedStyle(canvas).color;
}
