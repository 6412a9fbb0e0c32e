/** Requests that are under way at a time; JetStream drops what waits in too long a queue. */
const AT_A_TIME = 256;

/** Asks for each of many, some at a time; answers in the same order. */
export async function each<Item, Answer>(items: readonly Item[], ask: (item: Item) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let i = 0; i < items.length; i += AT_A_TIME) {
    answers.push(...(await Promise.all(items.slice(i, i + AT_A_TIME).map(ask))));
  }
  return answers;
}
