import { ReflectionKind } from 'typedoc';

/** Takes out of the model what readers need not know, and has getters be the properties that they are to callers. */
export function simplify(project) {
  for (const reflection of project.getReflectionsByKind(ReflectionKind.All)) {
    const uncommented = reflection.kind === ReflectionKind.Constructor && !reflection.signatures.some((one) => one.hasComment());
    // Members named by symbols are what two copies of the package recognize each other by.
    if (uncommented || reflection.name.startsWith('[')) project.removeReflection(reflection);
    else if (reflection.kind === ReflectionKind.Accessor && reflection.setSignature === undefined) toProperty(reflection);
  }
}

function toProperty(accessor) {
  const { type, comment } = accessor.getSignature;
  accessor.kind = ReflectionKind.Property;
  accessor.type = type;
  accessor.comment = comment;
  accessor.getSignature = undefined;
}
