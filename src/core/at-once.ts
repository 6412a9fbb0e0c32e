/** What is answered where nothing needs to be waited for: one promise for all, by which it is told apart. */
export const AT_ONCE = Promise.resolve();
