// Opening many connections, a limited number at a time, to nodes in turn.

const AT_A_TIME = 128;

/** Where the connection with this index goes. */
export function onNode(target, index) {
  return { ...target, port: target.ports[index % target.ports.length] };
}

/** Calls `open(index)` for each of `count` connections and answers what the calls resolve to, in order. */
export async function openAll(count, open) {
  const opened = new Array(count);
  let next = 0;
  async function lane() {
    while (next < count) {
      const index = next++;
      opened[index] = await open(index);
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, count) }, lane));
  return opened;
}
