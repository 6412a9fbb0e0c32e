import { addRoute, createRouter, findRoute, type RouterContext } from 'rou3';
import { VaqueroError } from './errors.js';
import { samePaths } from './path.js';
import type { Plan } from './plan.js';

/** Where a path leads. */
export interface Route {
  readonly plan: Plan;
  readonly params: Readonly<Record<string, string>>;
}

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({});

/** From a path to the plan of the handler that serves it: static paths first, then parameters, then wildcards. */
export class Router {
  readonly #routes: RouterContext<Plan> = createRouter<Plan>();

  /** Throws `VAQUERO_DUPLICATE_PATH` where two patterns match the same paths. */
  constructor(plans: readonly Plan[]) {
    const twins = plans.flatMap((plan, i) => {
      const twin = plans.slice(0, i).find((other) => samePaths(other.path, plan.path));
      return twin === undefined ? [] : [`${plan.name} ('${plan.path}') and ${twin.name} ('${twin.path}')`];
    });
    if (twins.length > 0) {
      throw new VaqueroError(
        'VAQUERO_DUPLICATE_PATH',
        `${twins.join('; ')} match the same paths. Give one of them another path.`,
      );
    }
    for (const plan of plans) addRoute(this.#routes, '', plan.path, plan);
  }

  /** The route of a percent-encoded path; `null` where there is none, or a parameter is not decodable. */
  find(path: string): Route | null {
    const found = findRoute(this.#routes, '', path);
    if (found === undefined) return null;
    if (found.params === undefined) return { plan: found.data, params: NO_PARAMS };
    const params: Record<string, string> = {};
    try {
      for (const [name, value] of Object.entries(found.params)) params[name] = decodeURIComponent(value);
    } catch {
      return null;
    }
    return { plan: found.data, params };
  }
}
