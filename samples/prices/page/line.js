import { colour } from '/static/prices/canvas.js';
import { WINDOW } from '/static/prices/series.js';

/** Pixels at the right that the dot at the line's end needs. */
const DOT = 3.5;

/** Where times and prices are in a box, and which time is where. */
export function scaleOf(series, { left, top, width, height }) {
  const { low, high, lastAt } = series;
  // A price that hardly moves is not blown up into mountains.
  const span = Math.max(high - low, high * 0.002);
  const middle = (high + low) / 2;
  return {
    x: (at) => left + width * (1 - (lastAt - at) / WINDOW),
    y: (price) => top + height * (0.5 - (price - middle) / span),
    at: (x) => lastAt - WINDOW * (1 - (x - left) / width),
    bottom: middle - span / 2,
    top: middle + span / 2,
  };
}

/** Draws the line of a series, what is below it softly filled and its end marked. */
export function drawLine(context, series, scale, { left, top, width, height }) {
  const ink = colour(context.canvas, series.change < 0 ? 'bad' : 'good');
  context.save();
  context.beginPath();
  context.rect(left, 0, width + 2 * DOT, top + height + 2 * DOT);
  context.clip();
  const path = new Path2D();
  for (const [at, price] of series.points) path.lineTo(scale.x(at), scale.y(price));
  fillBelow(context, path, ink, { left, right: left + width, top, floor: top + height + DOT });
  Object.assign(context, { strokeStyle: ink, lineWidth: 2, lineJoin: 'round', lineCap: 'round' });
  context.stroke(path);
  drawDot(context, scale.x(series.lastAt), scale.y(series.last), ink);
  context.restore();
}

export function drawDot(context, x, y, ink) {
  context.fillStyle = ink;
  context.beginPath();
  context.arc(x, y, DOT, 0, 2 * Math.PI);
  context.fill();
}

function fillBelow(context, line, ink, { left, right, top, floor }) {
  const area = new Path2D(line);
  area.lineTo(right, floor);
  area.lineTo(left, floor);
  const fading = context.createLinearGradient(0, top, 0, floor);
  fading.addColorStop(0, ink);
  fading.addColorStop(1, 'transparent');
  context.globalAlpha = 0.16;
  context.fillStyle = fading;
  context.fill(area);
  context.globalAlpha = 1;
}
