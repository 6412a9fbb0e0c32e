/** Applies decorators by hand: these files are not compiled. */
export function decorate(target, classDecorator, methods) {
  for (const [name, decorator] of Object.entries(methods)) {
    decorator(target.prototype, name, Object.getOwnPropertyDescriptor(target.prototype, name));
  }
  classDecorator(target);
}
