// A bar chart of a workload: a panel for each case, a bar for each peer, the control's value as a line through them.
import { CLUSTER_CONTROL, CONTROL } from '../runner/peers.js';

const PANEL_WIDTH = 460;
const LABEL_WIDTH = 150;
const BAR_HEIGHT = 14;
const BAR_STEP = 20;
const VALUE_WIDTH = 118;
const TITLE_HEIGHT = 30;
const GAP = 24;
const VAQUERO = '#c2571a';
const FRAMES = '#e08e45';
const CONTROLS = '#3b6ea5';
const COLOURS = {
  vaquero: VAQUERO,
  'vaquero-frames': FRAMES,
  'vaquero-redis': VAQUERO,
  'vaquero-redis-frames': FRAMES,
  'vaquero-nats': VAQUERO,
  'vaquero-nats-frames': FRAMES,
  [CONTROL]: CONTROLS,
  [CLUSTER_CONTROL]: CONTROLS,
  other: '#9aa5b1',
};

// The control's line does not run through figures.
const OVER_LINE = 'paint-order="stroke" stroke="#ffffff" stroke-width="4"';

const escaped = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

function bar(row, index, scale, { format, withoutRatio }) {
  const y = TITLE_HEIGHT + index * BAR_STEP;
  const middle = y + BAR_HEIGHT / 2 + 4;
  const length = Math.max(1, row.value * scale);
  const ratio = withoutRatio ? '' : ` (${row.ratio.toFixed(2)} ×)`;
  return [
    `<text x="${LABEL_WIDTH - 8}" y="${middle}" text-anchor="end">${escaped(row.label)}</text>`,
    `<rect x="${LABEL_WIDTH}" y="${y}" width="${length.toFixed(1)}" height="${BAR_HEIGHT}" fill="${COLOURS[row.peer] ?? COLOURS.other}"/>`,
    `<text x="${(LABEL_WIDTH + length + 5).toFixed(1)}" y="${middle}" ${OVER_LINE}>${escaped(format(row.value) + ratio)}</text>`,
  ].join('\n');
}

function controlLine(rows, scale, name) {
  const control = rows.find((row) => row.peer === name);
  if (control === undefined) return '';
  const x = (LABEL_WIDTH + control.value * scale).toFixed(1);
  const bottom = TITLE_HEIGHT + rows.length * BAR_STEP;
  return `<line x1="${x}" y1="${TITLE_HEIGHT - 4}" x2="${x}" y2="${bottom}" stroke="${CONTROLS}" stroke-dasharray="3 3"/>`;
}

function panel({ title, rows }, x, y, workload) {
  const sound = rows.filter((row) => Number.isFinite(row.value));
  const largest = Math.max(...sound.map((row) => row.value), Number.MIN_VALUE);
  const scale = (PANEL_WIDTH - LABEL_WIDTH - VALUE_WIDTH) / largest;
  return `<g transform="translate(${x} ${y})">
<text x="0" y="16" font-weight="bold">${escaped(title)}</text>
${controlLine(sound, scale, workload.control ?? CONTROL)}
${sound.map((row, index) => bar(row, index, scale, workload)).join('\n')}
</g>`;
}

export function svg({ title, better, cases }, { columns, withoutRatio, control }) {
  const perLine = cases.length > 2 ? 3 : cases.length;
  const panelHeight = TITLE_HEIGHT + Math.max(...cases.map(({ rows }) => rows.length)) * BAR_STEP;
  const width = GAP + perLine * (PANEL_WIDTH + GAP);
  const height = 60 + Math.ceil(cases.length / perLine) * (panelHeight + GAP);
  const panels = cases.map((each, index) =>
    panel(each, GAP + (index % perLine) * (PANEL_WIDTH + GAP), 56 + Math.floor(index / perLine) * (panelHeight + GAP), {
      format: columns[0].format,
      withoutRatio,
      control,
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#1f2933">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${GAP}" y="28" font-size="17" font-weight="bold">${escaped(title)}</text>
<text x="${GAP}" y="44">${better === 'higher' ? 'longer is better' : 'shorter is better'}</text>
${panels.join('\n')}
</svg>
`;
}
