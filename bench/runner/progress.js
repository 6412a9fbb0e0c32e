// What a run tells while it goes: one line per case and peer, with the time since the start.

const began = performance.now();

function clock() {
  const seconds = Math.round((performance.now() - began) / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}`;
}

export function tell(text) {
  console.log(`${clock()}  ${text}`);
}

/** What is being measured just now; written over by the next line on a terminal, left out elsewhere. */
export function doing(text) {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${clock()}  ${text}\r`);
}

export function tellCase(title, rows, format) {
  for (const row of rows) {
    const result =
      row.faults.length > 0 ? `FAILED: ${row.faults[0].examples.join(' ')}` : `${format(row.value)}  ×${row.ratio.toFixed(2)}`;
    tell(`${title} · ${row.label}: ${result}`);
  }
}
