import { singleton } from 'tsyringe';

/** This node, where there are several. */
@singleton()
export class Here {
  /** What people call it: `NODE_NAME`. */
  readonly node = process.env.NODE_NAME;
}
