import type { Class } from './metadata.js';

/** Built-in classes that what is made of fields may extend; of an error the message is known besides. */
const OPEN = new Set(['Object', 'Error', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError']);

const NATIVE = /\{\s*\[native code\]\s*\}$/;

/** The built-in class that a class extends or is, where that keeps what it holds in no field: a `Map`, a `Promise`, a function. */
export function closedBase(type: Class): string | undefined {
  for (let prototype = type.prototype as object | null; prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const { value: base } = Object.getOwnPropertyDescriptor(prototype, 'constructor') ?? {};
    if (typeof base === 'function' && !OPEN.has(base.name) && NATIVE.test(Function.prototype.toString.call(base)))
      return base.name;
  }
  return undefined;
}
